/**
 * Which processes a cluster has, and what each is told. Several control planes stand in for each other: each has an API
 * server at a port of its own and, as kubeadm has it, loops that work with that one; everybody else calls the port that
 * the API servers have in common (apiserver/http/common-port.ts). Pure.
 */
import { join } from 'node:path';
import { encryptionConfigPath } from '../../apiserver/pki/paths.js';
import { datastoreOf, etcdFlags } from './etcd.js';
import type { ClusterConfig, Layout } from './layout.js';
import { nodeSpec, type ProcessSpec, processSpecs } from './processes.js';

type Several = Pick<ClusterConfig, 'controlPlanes'>;
type Place = Several & Pick<ClusterConfig, 'address' | 'port'>;

const areSeveral = ({ controlPlanes = 1 }: Several): boolean => controlPlanes > 1;

/** From 1. */
const numbersOf = ({ controlPlanes = 1 }: Several): number[] => Array.from({ length: controlPlanes }, (_, i) => i + 1);

/** The API servers, then the loops. */
export function controlPlaneSpecs(config: Several): ProcessSpec[] {
  const specs = processSpecs.filter(spec => spec !== nodeSpec);
  if (!areSeveral(config)) return specs;
  return specs.flatMap(({ name, components }) =>
    numbersOf(config).map(n => ({ name: `${name}-${n}`, components, controlPlane: n })),
  );
}

/** With the node that the machine is. */
export const clusterSpecs = (config: Several): ProcessSpec[] => [...controlPlaneSpecs(config), nodeSpec];

/** Behind the common port, one after the other. */
const portOf = (config: Several & Pick<ClusterConfig, 'port'>, n: number): number =>
  areSeveral(config) ? config.port + n : config.port;

export interface ApiServerPlace {
  /** Of its process. */
  name: string;
  port: number;
}

export const apiServersOf = (config: Several & Pick<ClusterConfig, 'port'>): ApiServerPlace[] =>
  controlPlaneSpecs(config)
    .filter(({ components }) => components.includes('apiserver'))
    .map(({ name, controlPlane = 1 }) => ({ name, port: portOf(config, controlPlane) }));

export interface ApiServerPlan {
  port: number;
  commonPort?: number;
  datastore: string;
  /** Before those of the user, which count more. */
  flags: string[];
}

export function apiServerPlan(layout: Pick<Layout, 'dataDir'>, config: ClusterConfig, n: number): ApiServerPlan {
  // A file that two write to, each would take for its own when it is full.
  const audit = n > 1 ? [`--audit-log-path=${join(layout.dataDir, `audit-${n}.log`)}`] : [];
  // An etcd that others may share knows nothing of our key; one of our own does as the embedded store.
  const isOwn = config.datastore === 'etcd';
  const encryption = isOwn ? [`--encryption-provider-config=${encryptionConfigPath(layout.dataDir)}`] : [];
  return {
    port: portOf(config, n),
    ...(areSeveral(config) ? { commonPort: config.port } : {}),
    datastore: datastoreOf(config),
    flags: [...etcdFlags(layout, config), ...encryption, ...audit],
  };
}

export interface LoopsPlan {
  /** Who leads, for the Lease: the same in each life of this installation, so that one that comes back leads at once. */
  identity: string;
  /** The API server to work with, when it is not the one of the kubeconfig. */
  master?: string;
}

export const loopsPlan = (config: Place & Pick<ClusterConfig, 'nodeName'>, n: number): LoopsPlan => ({
  identity: `${config.nodeName}:${portOf(config, n)}`,
  ...(areSeveral(config) ? { master: `https://${config.address}:${portOf(config, n)}` } : {}),
});
