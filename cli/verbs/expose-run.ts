/** What `expose` does (see expose.ts for its flags). */
import { createAll, inWords } from '../objects/create.js';
import { serviceFor } from '../objects/service-for.js';
import { namedTargets, objectOf } from '../objects/targets.js';
import { withSession } from '../session.js';
import type { ExposeFlags } from './expose.js';

export const expose = (args: readonly string[], flags: ExposeFlags): Promise<void> =>
  withSession(flags, async session => {
    // What -l says is of the service; it selects nothing here.
    const { selector: _, ...rest } = flags;
    const targets = await namedTargets(session, args, rest);
    const services = await Promise.all(
      targets.map(async target => inWords(serviceFor(await objectOf(session, target), flags))),
    );
    await createAll(session, services, rest, { said: 'exposed', fieldManager: 'kubectl-expose' });
  });
