/** What `run` does (see run.ts for its flags). */
import type { AnyObject, Pod } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import { objectPath } from '../../client/rest/path.js';
import { Failure } from '../failure.js';
import { createAll, inWords } from '../objects/create.js';
import { podFor } from '../objects/pod-for.js';
import { findResource } from '../objects/resolve.js';
import { serviceFor } from '../objects/service-for.js';
import { untilState } from '../objects/states.js';
import { type Session, withSession } from '../session.js';
import { attachTo } from './attach-run.js';
import type { RunFlags } from './run.js';

/** The exit code: the container's, where it was attached to and is not started again. */
export function run(name: string | undefined, words: readonly string[], flags: RunFlags): Promise<number> {
  if (name === undefined) throw new Failure('NAME is required for run');
  if (flags.expose && flags.port === undefined) throw new Failure('--port must be set when exposing a service');
  const attached = flags.attach ?? flags.stdin ?? false;
  if (flags.rm && !attached) throw new Failure('--rm should only be used for attached containers');
  if (attached && flags.dryRun !== undefined && flags.dryRun !== 'none')
    throw new Failure("--dry-run=... can't be used with attached containers options (--attach, --stdin, or --tty)");
  if (flags.tty && !flags.stdin) throw new Failure('-i/--stdin is required for containers with -t/--tty=true');
  const pod = podFor(name, words, flags);
  return withSession(flags, async session => {
    const before = Number(process.exitCode ?? 0);
    const objects = [...(flags.expose ? [inWords(serviceOf(pod, flags))] : []), inWords(pod)];
    const creation = { said: 'created', fieldManager: 'kubectl-run' };
    await createAll(session, objects, { ...flags, silent: attached }, creation);
    if (!attached || Number(process.exitCode ?? 0) !== before) return Number(process.exitCode ?? 0);
    try {
      return await attendTo(session, name, flags);
    } finally {
      if (flags.rm) await remove(session, name, flags);
    }
  });
}

/** The service has no labels of the pod's: kubectl gives it none. */
function serviceOf(pod: AnyObject, flags: RunFlags): AnyObject {
  const service = serviceFor(pod, flags.port === undefined ? {} : { port: flags.port });
  const { labels: _, ...metadata } = service.metadata;
  return { ...service, metadata };
}

const hasBegun = ({ status }: Pod): boolean => /^(Running|Succeeded|Failed)$/.test(status?.phase ?? '');
const hasEnded = ({ status }: Pod): boolean => /^(Succeeded|Failed)$/.test(status?.phase ?? '');

/** Waits for the pod, shows what it writes until it ends, and says how that was. */
async function attendTo(session: Session, name: string, flags: RunFlags): Promise<number> {
  const { namespace, client } = session;
  const target = { resource: findResource('pods', await session.resources()), name, namespace };
  const begun = await untilState(client, target, flags.podRunningTimeout, pod => {
    if (!pod) throw new Failure(`pods "${name}" is gone before it ran`);
    return hasBegun(pod as Pod);
  });
  if (!begun) throw new Failure('timed out waiting for the condition');
  const pod = await client.get(pods, { namespace, name });
  if (hasEnded(pod)) process.stdout.write((await client.raw(objectPath(pods, { namespace, name }, 'log'))).body);
  else await attachTo(session, pod, flags);
  if (flags.restart === 'Always') return 0;
  let code = 0;
  await untilState(client, target, 0, now => {
    const ended = (now as Pod | undefined)?.status?.containerStatuses?.[0]?.state?.terminated;
    code = ended?.exitCode ?? code;
    return now === undefined || hasEnded(now as Pod);
  });
  if (code !== 0) process.stderr.write(`pod ${namespace}/${name} terminated (Error)\n`);
  return code;
}

async function remove({ client, namespace }: Session, name: string, { quiet }: RunFlags): Promise<void> {
  await client.delete(pods, { namespace, name });
  if (!quiet) process.stdout.write(`pod "${name}" deleted\n`);
}
