/** What `wait` does (see wait.ts for its flags). */
import { apiVersionOf } from '../../api/kinds/row.js';
import { notFound } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { typedName } from '../objects/resolve.js';
import { untilState } from '../objects/states.js';
import { type NamedTarget, namedTargets } from '../objects/targets.js';
import { type Awaited, isMet, parseFor } from '../objects/wait-condition.js';
import { type ObjectFormat, parseObjectFormat, render } from '../output/format.js';
import { withSession } from '../session.js';
import type { WaitFlags } from './wait.js';

const week = 7 * 24 * 3_600_000;

/** All objects are waited for at once, and reported in order. */
export function wait(args: readonly string[], flags: WaitFlags): Promise<void> {
  const awaited = parseFor(flags.for);
  const format = parseObjectFormat(flags.output);
  return withSession(flags, async session => {
    const targets = await namedTargets(session, args, flags);
    if (targets.length === 0 && awaited.for !== 'delete') throw new Failure('no matching resources found');
    const timeoutMs = flags.timeout < 0 ? week : flags.timeout;
    const waits = targets.map(target => outcome(waitForOne(session.client, target, awaited, timeoutMs, format)));
    for (const ended of waits) {
      const { said, error } = await ended;
      if (error === undefined) process.stdout.write(said ?? '');
      else report(error);
    }
  });
}

/** An error is kept for its turn. */
async function outcome(said: Promise<string>): Promise<{ said?: string; error?: unknown }> {
  try {
    return { said: await said };
  } catch (error) {
    return { error };
  }
}

/** Resolves to what there is to say. */
async function waitForOne(
  client: Client,
  target: NamedTarget,
  awaited: Awaited,
  timeoutMs: number,
  format: ObjectFormat | undefined,
): Promise<string> {
  const { resource, name } = target;
  let last: AnyObject | undefined;
  let looks = 0;
  const met = await untilState(client, target, timeoutMs, object => {
    looks += 1;
    last = object ?? last;
    if (isMet(awaited, object)) return true;
    if (object === undefined && awaited.for !== 'create')
      throw notFound({ group: resource.group, resource: resource.plural, name });
    if (timeoutMs === 0) throw new Failure(`condition not met for ${resource.plural}/${name}`);
    return false;
  });
  if (!met) throw new Failure(`timed out waiting for the condition on ${resource.plural}/${name}`);
  // What did not exist when it was first looked for is not said to have been deleted.
  if (awaited.for === 'delete' && looks === 1 && target.object === undefined) return '';
  if (format && last) {
    const object = { ...last, kind: resource.kind, apiVersion: apiVersionOf(resource) };
    return render(format, [{ object, resource }], { single: true });
  }
  return `${typedName(resource, name)} ${awaited.for === 'delete' ? 'deleted' : 'condition met'}\n`;
}
