/** What the node is told of itself, whoever serves its requests. */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { EvictionLimits } from './eviction/evict.js';
import type { CollectLimits } from './images/collect-plan.js';
import type { LogLimits } from './logs/plan.js';
import type { ShutdownGroup } from './shutdown/plan.js';

export interface NodeOptions {
  nodeName: string;
  nodeIP: string;
  /** Everything of this node is below it; see directories.ts. */
  dataDir: string;
  /** Of this node's pods: '10.244.0.0/24'. */
  podCidr: string;
  /** Of all nodes' pods: they see each other's addresses. This node's range unless given. */
  clusterCidr?: string;
  /** The pods' bridge: 'orrery0' unless given. */
  bridge?: string;
  /** The cgroup that this node's pods are in: '/kubepods' unless given. */
  cgroupParent?: string;
  /** How many processes a pod may have; as many as the node unless given. */
  podPidsLimit?: number;
  /** Of a runtime that is there already; unless given the kubelet starts a containerd of its own. */
  criSocket?: string;
  /** The cluster's DNS server; unless given, the address of the Service kube-system/kube-dns, where there is one. */
  clusterDns?: string;
  /** 'cluster.local' unless given. */
  clusterDomain?: string;
  /** The file that names the servers of pods which do not ask the cluster's; /etc/resolv.conf unless given. */
  resolvConf?: string;
  /** Of containers; Kubernetes' limits unless given. */
  logs?: { limits: LogLimits; lookMs: number };
  /** When pods have to go; Kubernetes' thresholds unless given. */
  eviction?: Partial<EvictionLimits>;
  /** How long a shutdown of the machine is held up for pods; not at all unless given. */
  shutdownGroups?: readonly ShutdownGroup[];
  /** When unused ones are removed; Kubernetes' limits unless given. */
  images?: { limits: CollectLimits; lookMs?: number };
  log: Logger;
  clock: Clock;
}
