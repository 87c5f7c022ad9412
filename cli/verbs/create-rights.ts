/** `create role`, `rolebinding` and their like for the whole cluster: see create.ts. */
import type { Command } from 'commander';
import { collect, collectList } from '../flags.js';
import type { BindingWishes, ClusterRoleWishes } from '../objects/rbac-for.js';
import type { CreateFlags } from './create.js';

export interface RoleFlags extends CreateFlags, ClusterRoleWishes {}
export interface BindingFlags extends Omit<CreateFlags, 'user'>, BindingWishes {}

type Common = (command: Command, summary: string, global?: { userIsOther?: boolean }) => Command;

/** --user is to whom the role is bound. */
const userIsOther = { userIsOther: true };

const run = (): Promise<typeof import('./create-rights-run.js')> => import('./create-rights-run.js');

const withRules = (command: Command): Command =>
  command
    .option('--verb <verbs>', 'what may be done (may be repeated)', collectList)
    .option('--resource <types>', 'to what: pods, deployments.apps/scale (may be repeated)', collectList)
    .option('--resource-name <name>', 'to this one alone (may be repeated)', collect);

const withSubjects = (command: Command): Command =>
  command
    .option('--clusterrole <name>', 'the cluster role that is bound')
    .option('--user <name>', 'to whom (may be repeated)', collectList)
    .option('--group <name>', 'to which group (may be repeated)', collectList)
    .option('--serviceaccount <namespace:name>', 'to which account (may be repeated)', collectList);

export function addCreateRights(create: Command, common: Common): void {
  withRules(common(create.command('role <name>'), 'a role')).action(async (name: string, flags: RoleFlags) =>
    (await run()).createRole(name, flags),
  );
  withRules(common(create.command('clusterrole <name>'), 'a cluster role'))
    .option('--non-resource-url <url>', 'to what is no resource (may be repeated)', collectList)
    .option('--aggregation-rule <labels>', 'it has the rules of all cluster roles with these')
    .action(async (name: string, flags: RoleFlags) => (await run()).createClusterRole(name, flags));
  withSubjects(common(create.command('rolebinding <name>'), 'a role binding', userIsOther))
    .option('--role <name>', 'the role that is bound')
    .action(async (name: string, flags: BindingFlags) => (await run()).createBinding(name, flags, false));
  withSubjects(common(create.command('clusterrolebinding <name>'), 'a cluster role binding', userIsOther)).action(
    async (name: string, flags: BindingFlags) => (await run()).createBinding(name, flags, true),
  );
}
