/** What `logs` does (see logs.ts for its flags). */
import { once } from 'node:events';
import type { Pod } from '../../api/types.js';
import { pods } from '../../client/resources.js';
import { objectPath, query } from '../../client/rest/path.js';
import { report } from '../exit.js';
import { Failure } from '../failure.js';
import { allContainers, chooseContainer } from '../objects/containers.js';
import { podsBehind } from '../objects/pods.js';
import { PrefixedLines } from '../output/prefixed-lines.js';
import { type Session, withSession } from '../session.js';
import type { LogsFlags } from './logs.js';

/** One stream: a container of a pod. */
interface Source {
  pod: string;
  container: string;
}

export function logs(what: string | undefined, flags: LogsFlags): Promise<void> {
  refuseContradictions(what, flags);
  return withSession(flags, async session => {
    const sources = await sourcesOf(what, flags, session);
    const ended = new AbortController();
    process.once('SIGINT', () => ended.abort());
    const show = (source: Source): Promise<void> => showOne(session, source, flags, ended.signal, sources.length > 1);
    if (flags.follow) await Promise.all(sources.map(show));
    else for (const source of sources) await show(source);
  });
}

function refuseContradictions(what: string | undefined, flags: LogsFlags): void {
  if ((what === undefined) === (flags.selector === undefined))
    throw new Failure('expected one of: POD, TYPE/NAME, or a selector (-l)');
  if (flags.allContainers && flags.container !== undefined)
    throw new Failure('--all-containers=true should not be specified with container name');
  if (flags.since !== undefined && flags.sinceTime !== undefined)
    throw new Failure('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.tail !== undefined && flags.tail < -1) throw new Failure('--tail must be greater than or equal to -1');
}

async function sourcesOf(what: string | undefined, flags: LogsFlags, session: Session): Promise<Source[]> {
  const found = await podsOf(what, flags, session);
  const sources = found.flatMap(pod =>
    containersOf(pod, flags).map(container => ({ pod: pod.metadata.name ?? '', container })),
  );
  if (flags.follow && sources.length > flags.maxLogRequests) {
    throw new Failure(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${flags.maxLogRequests}, use --max-log-requests to increase the limit`,
    );
  }
  return sources;
}

async function podsOf(what: string | undefined, flags: LogsFlags, session: Session): Promise<Pod[]> {
  const { client, namespace } = session;
  if (what === undefined) {
    const { items } = await client.list(pods, { namespace, labelSelector: flags.selector ?? '' });
    if (items.length === 0) process.stderr.write(`No resources found in ${namespace} namespace.\n`);
    return items;
  }
  const found = await podsBehind(session, what);
  if (found.length === 1 || flags.allPods) return found;
  process.stderr.write(`Found ${found.length} pods, using pod/${found[0]?.metadata.name}\n`);
  return found.slice(0, 1);
}

function containersOf(pod: Pod, flags: LogsFlags): string[] {
  if (flags.allContainers) return allContainers(pod);
  const { container, said } = chooseContainer(pod, flags.container);
  if (said) process.stderr.write(said);
  return [container];
}

async function showOne(
  session: Session,
  source: Source,
  flags: LogsFlags,
  signal: AbortSignal,
  oneOfMany: boolean,
): Promise<void> {
  const path = objectPath(pods, { namespace: session.namespace, name: source.pod }, 'log') + logQuery(source, flags);
  try {
    const { body } = await session.client.stream(path, { signal, accept: '*/*' });
    const prefix = flags.prefix ? `[pod/${source.pod}/${source.container}] ` : '';
    await (oneOfMany || prefix ? copyLines(body, prefix) : copy(body));
  } catch (error) {
    if (signal.aborted) return;
    if (!flags.ignoreErrors) throw error;
    report(error);
  }
}

export const logQuery = (source: Source, flags: LogsFlags): string => {
  // By label, kubectl shows the last ten lines of each unless told otherwise.
  const tail = flags.tail ?? (flags.selector === undefined ? -1 : 10);
  return query({
    container: source.container,
    follow: flags.follow || undefined,
    previous: flags.previous || undefined,
    timestamps: flags.timestamps || undefined,
    tailLines: tail < 0 ? undefined : tail,
    sinceSeconds: flags.since === undefined ? undefined : Math.ceil(flags.since / 1000),
    sinceTime: flags.sinceTime,
    limitBytes: flags.limitBytes,
  });
};

/** As fast as the reader takes it, and no faster. */
async function write(chunk: Buffer): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

async function copy(body: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of body) await write(chunk);
}

/** Whole lines, so that those of several containers do not run into each other. */
async function copyLines(body: AsyncIterable<Buffer>, prefix: string): Promise<void> {
  const lines = new PrefixedLines(prefix);
  for await (const chunk of body) await write(lines.push(chunk));
  await write(lines.end());
}
