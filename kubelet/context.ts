/** What all pods of one kubelet share. */

import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { DnsConfig } from '../api/network/resolv-conf.js';
import type { Service } from '../api/types.js';
import type { Client } from '../client/client.js';
import type { EventRecorder } from '../client/runtime/events.js';
import type { Announced } from './cri/announced.js';
import type { Cri } from './cri/cri.js';
import type { Directories } from './directories.js';
import type { Pressure } from './eviction/thresholds.js';
import type { Limit } from './limit.js';
import type { Amounts } from './node/node.js';
import type { Cgroups } from './pods/cgroups.js';
import type { ClusterDns } from './pods/config/dns.js';
import type { Abilities } from './pods/config/refusals.js';
import type { ProbeMetrics } from './probes/metrics.js';
import type { UserNamespaces } from './userns/namespaces.js';
import type { FollowedObjects } from './volumes/objects.js';
import type { PodVolumes } from './volumes/volumes.js';

export interface KubeletContext {
  cri: Cri;
  /** Main processes that have ended, until the runtime's lists show it. */
  exits: Announced;
  /** Containers that have run out of memory. */
  ooms: Announced;
  /** 'containerd': what container ids in the API begin with. */
  runtimeName: string;
  client: Client;
  clock: Clock;
  log: Logger;
  events: EventRecorder;
  directories: Directories;
  volumes: PodVolumes;
  objects: FollowedObjects;
  cgroups: Cgroups;
  userNamespaces: UserNamespaces;
  /** Making and starting sandboxes and containers is work for the machine: so many at once. */
  starts: Limit;
  node: { name: string; ip: string; memoryBytes: number; allocatable: Amounts } & Abilities;
  nodeDns: DnsConfig;
  /** Resolves once the services are known, of which the cluster's DNS is one. */
  clusterDns: () => Promise<ClusterDns>;
  /** What the node has too little of. */
  pressures: () => readonly Pressure[];
  /** The machine is about to shut down. */
  isShuttingDown: () => boolean;
  probes: ProbeMetrics;
  /** All of the cluster; resolves once they are known. */
  services: () => Promise<readonly Service[]>;
  /** The kubelet stops; its pods do not. */
  signal: AbortSignal;
}
