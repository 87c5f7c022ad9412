/**
 * Hollow nodes: nodes without containers, that are to the cluster what nodes are. They register, keep their leases, and
 * live their pods' lives by a script; any number in any process, without root, for tests of scale and for lessons.
 */
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Client } from '../../client/client.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect } from '../../client/rest/connect.js';
import { Limit } from '../limit.js';
import { mostNodes } from './addresses.js';
import { type HollowNode, liveNode } from './nodes.js';
import { HollowPods } from './pods.js';
import { defaultScript, type HollowScript } from './script.js';

export { defaultScript, type HollowScript } from './script.js';

export interface HollowOptions {
  /** The path of a kubeconfig that may act for nodes. */
  kubeconfig: string;
  /** How many nodes, and the number of the first: processes with other numbers have other nodes. */
  count: number;
  first?: number;
  script?: HollowScript;
  log: Logger;
  clock: Clock;
}

/** Requests of nodes (not of pods) under way at once. */
const nodeRequests = 32;
/** One that is not answered for so long keeps no other waiting. */
const requestPatienceMs = 60_000;

/** Throws an Error for more nodes than there are addresses for. */
export function startHollow(options: HollowOptions): { stop(): Promise<void> } {
  const { clock, kubeconfig, log } = options;
  const client = connect(loadKubeconfig({ path: kubeconfig }), { userAgent: 'orrery-hollow', log, clock });
  const running = runHollow(client, options);
  return {
    async stop() {
      await running.stop();
      await client.close();
    },
  };
}

export function runHollow(
  client: Client,
  { clock, count, first = 0, log, script = defaultScript }: Omit<HollowOptions, 'kubeconfig'>,
): { stop(): Promise<void> } {
  if (first + count > mostNodes) throw new Error(`there are addresses for ${mostNodes} hollow nodes: ask for fewer.`);
  const stopping = new AbortController();
  const { signal } = stopping;
  setMaxListeners(0, signal);
  const nodes = new Map<string, HollowNode>();
  for (let index = first; index < first + count; index++) {
    const name = `${script.prefix}-${index}`;
    nodes.set(name, { index, name });
  }
  const common = { client, clock, random: Math.random, log, script, signal };
  const limit = new Limit(nodeRequests, clock, requestPatienceMs);
  const startedAt = clock.now();
  const lives = [...nodes.values()].map(node => liveNode(node, { ...common, limit, startedAt }));
  const pods = new HollowPods({ ...common, nodes }).run();
  return {
    async stop() {
      stopping.abort();
      await Promise.all([...lives, pods]);
    },
  };
}
