/** What `create role` and its like do (see create-rights.ts for their flags). */
import type { AnyObject } from '../../api/types.js';
import { createAll, inWords } from '../objects/create.js';
import type { ServerResource } from '../objects/discovery.js';
import { bindingFor, clusterRoleFor, roleFor } from '../objects/rbac-for.js';
import { withSession } from '../session.js';
import type { CreateFlags } from './create.js';
import type { BindingFlags, RoleFlags } from './create-rights.js';

type Make = (known: readonly ServerResource[]) => AnyObject;

const create = (flags: CreateFlags, make: Make): Promise<void> =>
  withSession(flags, async session => createAll(session, [inWords(make(await session.resources()))], flags));

export const createRole = (name: string, flags: RoleFlags): Promise<void> =>
  create(flags, known => roleFor(name, flags, known));

export const createClusterRole = (name: string, flags: RoleFlags): Promise<void> =>
  create(flags, known => clusterRoleFor(name, flags, known));

export function createBinding(name: string, { user, ...flags }: BindingFlags, everywhere: boolean): Promise<void> {
  const wishes = { ...flags, ...(user === undefined ? {} : { user }) };
  return create(flags, () => bindingFor(name, wishes, everywhere));
}
