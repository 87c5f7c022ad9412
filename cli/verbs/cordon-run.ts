/** What `cordon` and `uncordon` do (see cordon.ts for their flags). */
import type { Node } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import { sentenceFor } from '../exit.js';
import { type DryRun, dryRunSuffix } from '../objects/manifests.js';
import { namedNodes } from '../objects/named-nodes.js';
import { type Session, withSession } from '../session.js';
import type { CordonFlags } from './cordon.js';

export type Cordon = 'cordon' | 'uncordon';

export const cordonNodes = (verb: Cordon, names: readonly string[], flags: CordonFlags): Promise<void> =>
  withSession(flags, async session => {
    await cordonAll(session, verb, await namedNodes(session, verb, names, flags.selector), flags.dryRun);
  });

/** One that refuses does not keep the others from being done, nor the exit code from being 0: so kubectl has it. */
export async function cordonAll(
  { client }: Session,
  verb: Cordon,
  all: readonly Node[],
  dryRun: DryRun | undefined,
): Promise<void> {
  const unschedulable = verb === 'cordon';
  for (const { metadata, spec } of all) {
    const name = metadata.name ?? '';
    const already = (spec?.unschedulable ?? false) === unschedulable;
    try {
      if (!already && dryRun !== 'client')
        await client.patch(
          nodes,
          { name },
          'strategic',
          { spec: { unschedulable: unschedulable || null } },
          { dryRun: dryRun === 'server' },
        );
    } catch (error) {
      const why = sentenceFor(error);
      if (why === undefined) throw error;
      process.stderr.write(`error: unable to ${verb} node "${name}": ${(error as Error).message}\n`);
      continue;
    }
    process.stdout.write(`node/${name} ${already ? 'already ' : ''}${verb}ed${dryRunSuffix(dryRun)}\n`);
  }
}
