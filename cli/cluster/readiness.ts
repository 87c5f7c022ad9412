/** Waiting for a cluster: for its API server to answer, for its node to be Ready. Polled, since there is nothing yet to watch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../api/clock.js';
import type { Node } from '../../api/types.js';
import { pkiPaths } from '../../apiserver/pki/paths.js';
import type { Client } from '../../client/client.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { leases, nodes, serviceAccounts } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { Failure } from '../failure.js';
import { appendedTo, lastWords } from './last-words.js';
import { type Layout, layoutOf } from './layout.js';
import { keptProcess, logFile } from './processes.js';

const patience = (timeoutMs: number | undefined): { userAgent: string; timeoutMs?: number } => ({
  userAgent: 'orrery',
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});

/** A client with the administrator's rights, at the API server with that address unless it does not matter which. Close it. */
export function adminClient(dataDir: string, server?: string, timeoutMs?: number): Client {
  const path = join(layoutOf(dataDir).kubeconfigs, 'admin.conf');
  return connect(loadKubeconfig({ path, ...(server === undefined ? {} : { server }) }), patience(timeoutMs));
}

/** A client of a member of the cluster's own etcd, as an API server is one. Close it. */
export function memberClient(dataDir: string, server: string, timeoutMs?: number): Client {
  const { ca, client } = pkiPaths(dataDir).etcd;
  const [authority, cert, key] = [ca.cert, client.cert, client.key].map(path => readFileSync(path, 'utf8'));
  const tls = { ca: authority as string, cert: cert as string, key: key as string };
  return connect({ server, namespace: 'default', ...tls }, patience(timeoutMs));
}

/** True once; false while it is not so; throws only when waiting is pointless. */
type Condition = () => Promise<boolean>;

export interface Waiting {
  /** What has to be alive for the wait to make sense. */
  process: string;
  what: string;
  timeoutMs: number;
  /** How long its log was before: what the process says afterwards is said of this life. */
  logFrom: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

/** How often a process may end before the wait is over: it may lose a race at first, and be started again at once. */
const livesAllowed = 2;

/** Throws a Failure, with the last complaint of the process, when it does not come true in time or the process keeps ending. */
export async function waitFor(condition: Condition, waiting: Waiting, layout: Layout, clock: Clock): Promise<void> {
  const began = clock.now();
  const lives = new Set<number>();
  while (!(await condition())) {
    const waited = clock.now() - began;
    const kept = keptProcess(layout, waiting.process);
    if (kept?.child) lives.add(kept.child);
    // The keeper itself ends when its component said that starting again cannot help.
    if (lives.size > livesAllowed || (waited > 500 && !kept)) {
      throw new Failure(`the ${waiting.process} process keeps ending: ${explanation(layout, waiting)}.`);
    }
    if (waited > waiting.timeoutMs) {
      const seconds = Math.round(waiting.timeoutMs / 1000);
      throw new Failure(`${waiting.what} did not come within ${seconds} s: ${explanation(layout, waiting)}.`);
    }
    await clock.sleep(40, waiting.signal);
    waiting.signal?.throwIfAborted();
  }
}

function explanation(layout: Layout, { process, logFrom }: Waiting): string {
  const file = logFile(layout, process);
  const words = lastWords(appendedTo(file, logFrom));
  return words === undefined ? `${file} may say why` : `${words.replace(/\.$/, '')} (${file})`;
}

export const apiReady = (client: Client): Promise<boolean> => answersWell(client, '/readyz');

/** Also when a member answers, it is not well while the members have no leader. */
export const memberHealthy = (client: Client): Promise<boolean> => answersWell(client, '/health');

async function answersWell(client: Client, path: string): Promise<boolean> {
  try {
    await client.raw(path);
    return true;
  } catch {
    return false;
  }
}

/** Ready, and said so by a kubelet that lived after `since` (ms): a stored status may be that of an earlier life. */
export async function nodeReady(client: Client, name: string, since: number): Promise<boolean> {
  try {
    const [node, lease] = await Promise.all([
      client.get(nodes, { name }),
      client.get(leases, { namespace: 'kube-node-lease', name }),
    ]);
    return isReady(node) && Date.parse(lease.spec?.renewTime ?? '') >= since;
  } catch {
    return false;
  }
}

/**
 * The controllers and the scheduler lead, and said so after `since` (ms), and pods of the default namespace may be made:
 * from now on what is asked for is done.
 */
export async function loopsLead(client: Client, since: number): Promise<boolean> {
  try {
    const found = await Promise.all(
      ['kube-controller-manager', 'kube-scheduler'].map(name => client.get(leases, { namespace: 'kube-system', name })),
    );
    await client.get(serviceAccounts, { namespace: 'default', name: 'default' });
    return found.every(({ spec }) => spec?.holderIdentity && Date.parse(spec.renewTime ?? '') >= since);
  } catch {
    return false;
  }
}

export const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
