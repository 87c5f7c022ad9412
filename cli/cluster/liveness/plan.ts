/**
 * Which processes of a cluster are asked whether they live, how, and how long silence is borne: as the kubelet does with the
 * static pods that kubeadm makes. A process that hangs is worse than one that died: it keeps its port and its connections.
 * Pure.
 */
import { apiServersOf } from '../control-planes.js';
import { membersOf, memberUrl } from '../etcd.js';
import type { ClusterConfig } from '../layout.js';
import { kubeadmProbe, type LivenessProbe } from './probe.js';

/** kubeadm's startup probe: 24 failures, ten seconds apart. */
const startupSeconds = 240;

/**
 * Of an API server for which another can stand in: who has the common port keeps it as long as it lives, so that asking is
 * here what a balancer's checks are elsewhere. Every three seconds, as keepalived asks in kubeadm's guide; four silences
 * are over before a lease is (15 s).
 */
const standInProbe: LivenessProbe = { periodSeconds: 3, timeoutSeconds: 3, failureThreshold: 4 };

/** How a process shows that it lives: by an answer to this request, or by its beat (beat.ts). */
export type Sign = { apiServer: string } | { etcd: string } | 'beat';

export interface Target {
  /** Of the process. */
  name: string;
  sign: Sign;
  probe: LivenessProbe;
  /** Its silence counts fully only while one of these answers: else the machine is what is slow. */
  peers: readonly string[];
}

type Config = Pick<
  ClusterConfig,
  'address' | 'port' | 'controlPlanes' | 'datastore' | 'etcdPort' | 'nodeName' | 'livenessProbe'
>;

/** All but the one that asks. `processes` are the names of those that are not etcd's. */
export function livenessTargets(config: Config, processes: readonly string[], asking: string): Target[] {
  const usual = config.livenessProbe ?? kubeadmProbe;
  const servers = apiServersOf(config);
  const names = servers.map(({ name }) => name);
  const ofServers = servers.map(({ name, port }) => {
    const peers = names.filter(other => other !== name);
    const probe = config.livenessProbe ?? (peers.length > 0 ? standInProbe : kubeadmProbe);
    return { name, sign: { apiServer: `https://${config.address}:${port}` }, probe, peers };
  });
  const ofMembers = membersOf(config).map(member => ({
    name: member.name,
    sign: { etcd: memberUrl(config, member) },
    probe: usual,
    peers: [],
  }));
  const others = processes.filter(name => !names.includes(name) && name !== asking);
  return [...ofServers, ...ofMembers, ...others.map(name => beating(name, usual))];
}

export const beating = (name: string, probe = kubeadmProbe): Target => ({ name, sign: 'beat', probe, peers: [] });

/** What came of asking: nothing can be said when who asked was itself held up. */
export type Outcome = 'well' | 'silent' | 'unknown';

/** What is known of one life of a process. */
export interface Watched {
  pid: number;
  /** It has answered in this life. */
  wasWell: boolean;
  /** In a row. */
  silences: number;
}

/** What is known afterwards, and whether it is to be killed. */
export function judge(
  before: Watched | undefined,
  pid: number,
  outcome: Outcome,
  { probe, peers }: Pick<Target, 'probe' | 'peers'>,
  peersWell: boolean,
): { watched: Watched; hangs: boolean } {
  const same = before?.pid === pid ? before : { pid, wasWell: false, silences: 0 };
  if (outcome === 'unknown') return { watched: same, hangs: false };
  if (outcome === 'well') return { watched: { pid, wasWell: true, silences: 0 }, hangs: false };
  const watched = { ...same, silences: same.silences + 1 };
  return { watched, hangs: watched.silences >= patience(probe, watched.wasWell, peers.length === 0 || peersWell) };
}

/** In silences. */
function patience(
  { failureThreshold, periodSeconds, timeoutSeconds }: LivenessProbe,
  wasWell: boolean,
  counts: boolean,
): number {
  if (!wasWell) return Math.max(failureThreshold, Math.ceil(startupSeconds / periodSeconds));
  if (counts) return failureThreshold;
  const alone = kubeadmProbe.failureThreshold * kubeadmProbe.timeoutSeconds;
  return Math.max(failureThreshold, Math.ceil(alone / Math.max(periodSeconds, timeoutSeconds)));
}
