/** Keeps the Node object true: registers it, says Ready as soon as pods can run, and reports every change. */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import type { Node } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { nodes } from '../../client/resources.js';
import { isNotFound } from '../../client/runtime/writer.js';
import type { Cri } from '../cri/cri.js';
import type { Pressure } from '../eviction/thresholds.js';
import { type NodeHealth, nodeConditions } from './conditions.js';
import { nodeImages } from './images.js';
import { type NodeFacts, newNode, nodeLabels, nodeStatus } from './node.js';

export interface RegistrationOptions {
  facts: NodeFacts;
  cri: Cri;
  client: Client;
  clock: Clock;
  log: Logger;
  /** What the node has too little of. */
  pressures: () => readonly Pressure[];
  isShuttingDown: () => boolean;
  /** Calls back when that has changed. */
  onNews: (listener: () => void) => void;
  signal: AbortSignal;
}

/** How often the machine is looked at, and how long a status that says the same is not written again. */
const lookMs = 10_000;
const repeatMs = 5 * 60_000;
const retryMs = 1_000;
const firstRetryMs = 100;

/** Resolves with the Node as it was registered, once the API has taken it; undefined when the signal aborts first. */
export async function register(options: RegistrationOptions): Promise<Node | undefined> {
  const { client, clock, facts, log, signal } = options;
  for (let wait = firstRetryMs; !signal.aborted; wait = Math.min(wait * 2, retryMs)) {
    try {
      const existing = await client.get(nodes, { name: facts.name }).catch(error => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      return existing
        ? await adopt(client, existing, facts)
        : await client.create(nodes, newNode(facts), { cause: startCause(facts) });
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'the node could not be registered, and is tried again');
      await clock.sleep(wait, signal);
    }
  }
  return undefined;
}

/** A node of that name is there from an earlier run: what was set on it since then is kept. */
async function adopt(client: Client, existing: Node, facts: NodeFacts): Promise<Node> {
  const labels = { ...existing.metadata.labels, ...nodeLabels(facts) };
  if (semanticEqual(labels, existing.metadata.labels)) return existing;
  return client.patch(nodes, { name: facts.name }, 'merge', { metadata: { labels } }, { cause: startCause(facts) });
}

const startCause = ({ name }: NodeFacts): string => `kubelet ${name} <- registration`;

/** Runs until the signal aborts. */
export async function keepStatus(options: RegistrationOptions): Promise<void> {
  const { clock, log, signal, onNews } = options;
  let writtenAt = 0;
  let woken = new AbortController();
  const wake = (): void => woken.abort();
  onNews(wake);
  signal.addEventListener('abort', wake);
  while (!signal.aborted) {
    woken = new AbortController();
    let wait = lookMs;
    try {
      const { written, ready } = await statusOnce(options, Math.abs(clock.now() - writtenAt) >= repeatMs);
      if (written) writtenAt = clock.now();
      if (!ready) wait = retryMs;
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: (error as Error).message }, "the node's status was not written");
      // A node that was deleted is registered again.
      if (isNotFound(error)) await register(options);
      wait = retryMs;
    }
    await clock.sleep(wait, woken.signal);
  }
  signal.removeEventListener('abort', wake);
}

/** What the API has is read first: the node controller writes there too, when it misses the heartbeat. */
async function statusOnce(options: RegistrationOptions, due: boolean): Promise<{ written: boolean; ready: boolean }> {
  const { client, clock, facts, signal } = options;
  const [node, now, images] = await Promise.all([
    client.get(nodes, { name: facts.name }, { signal }),
    health(options),
    imagesOf(options),
  ]);
  const conditions = nodeConditions(node.status?.conditions ?? [], now, clock.now());
  const status = { ...nodeStatus(facts, node.status), ...images, conditions };
  const isNews = changed(node.status, status);
  const cause = `kubelet ${facts.name} <- ${isNews ? 'change of the node' : 'heartbeat'}`;
  const written = due || isNews;
  if (written)
    await client.patch(nodes, { name: facts.name }, 'strategic', { status }, { subresource: 'status', signal, cause });
  return { written, ready: now.problems.length === 0 };
}

/** While the runtime is away, what was told before stays. */
const imagesOf = ({ cri }: RegistrationOptions): Promise<Pick<NonNullable<Node['status']>, 'images'>> =>
  cri.listImages().then(
    images => ({ images: nodeImages(images) }),
    () => ({}),
  );

async function health({ cri, pressures, isShuttingDown }: RegistrationOptions): Promise<NodeHealth> {
  const problems = await cri.status().then(
    conditions => conditions.filter(c => !c.status).map(c => c.message || c.reason || `${c.type} is false`),
    error => [`container runtime is down: ${(error as Error).message}`],
  );
  if (isShuttingDown()) problems.push('node is shutting down');
  return { pressures: pressures(), problems };
}

/** Times of heartbeats aside. */
function changed(before: Node['status'], now: NonNullable<Node['status']>): boolean {
  const plain = (status: NonNullable<Node['status']>): unknown => ({
    ...Object.fromEntries(Object.keys(now).map(key => [key, status[key as keyof typeof status]])),
    conditions: (status.conditions ?? [])
      .filter(condition => now.conditions?.some(own => own.type === condition.type))
      .map(({ lastHeartbeatTime: _, ...condition }) => condition)
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
  });
  return before === undefined || !semanticEqual(plain(before), plain(now));
}
