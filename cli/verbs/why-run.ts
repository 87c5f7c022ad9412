/** What `why` does (see why.ts for its flags). */
import { events, pods } from '../../client/resources.js';
import { report } from '../exit.js';
import { withSession } from '../session.js';
import { tellWhy } from '../why/tell.js';
import type { WhyFlags } from './why.js';

export function why(args: readonly string[], flags: WhyFlags): Promise<void> {
  return withSession(flags, async ({ client, namespace }) => {
    for (const [index, arg] of args.entries()) {
      try {
        const pod = await client.get(pods, { namespace, name: arg.replace(/^(pod|pods|po)\//, '') });
        const fieldSelector = `involvedObject.uid=${pod.metadata.uid}`;
        const { items } = await client.list(events, { namespace, fieldSelector });
        const lines = tellWhy(pod, items, Date.now());
        process.stdout.write(`${[...(index > 0 ? [''] : []), ...lines].join('\n')}\n`);
      } catch (error) {
        report(error);
      }
    }
  });
}
