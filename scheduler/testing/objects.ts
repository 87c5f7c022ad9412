/** Pods and nodes in few words, for tests. */
import type { Node, Pod, PodSpec, PodStatus, Taint } from '../../api/types.js';
import { Cluster } from '../cache/cluster.js';
import { NodeState } from '../model/node-state.js';
import { type PodInfo, podInfo } from '../model/pod-info.js';
import { noVolumeObjects, type VolumeObjects } from '../volumes/objects.js';

export interface PodWords extends Partial<PodSpec> {
  name?: string;
  cpu?: string;
  memory?: string;
  hostPort?: number;
  owner?: string;
  labels?: Record<string, string>;
  status?: PodStatus;
}

export function pod({ name = 'p', cpu, memory, hostPort, owner, labels, status, ...spec }: PodWords = {}): Pod {
  const requests = { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(labels ? { labels } : {}),
      ...(owner
        ? { ownerReferences: [{ apiVersion: 'v1', kind: 'RC', name: owner, uid: owner, controller: true }] }
        : {}),
    },
    spec: {
      containers: [
        { name: 'c', resources: { requests }, ...(hostPort ? { ports: [{ containerPort: hostPort, hostPort }] } : {}) },
      ],
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

export const info = (words: PodWords = {}): PodInfo => podInfo(pod(words));

export interface NodeWords {
  name?: string;
  cpu?: string;
  memory?: string;
  pods?: string;
  labels?: Record<string, string>;
  taints?: Taint[];
  unschedulable?: boolean;
  /** Bytes by name. */
  images?: Record<string, number>;
}

export function node({
  name = 'n',
  cpu = '4',
  memory = '8Gi',
  pods = '110',
  labels,
  taints,
  unschedulable,
  images = {},
}: NodeWords = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(labels ? { labels } : {}) },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: {
      allocatable: { cpu, memory, pods },
      images: Object.entries(images).map(([image, sizeBytes]) => ({ names: [image], sizeBytes })),
    },
  };
}

export function nodeState(words: NodeWords = {}, standing: PodWords[] = []): NodeState {
  const state = new NodeState(words.name ?? 'n');
  state.setNode(node(words));
  standing.forEach((one, i) => {
    state.add(info({ name: `${state.name}-${i}`, ...one }));
  });
  return state;
}

/** A cluster of these nodes and of the pods that stand on them. */
export function clusterOf(
  nodes: readonly NodeState[],
  namespaces: Record<string, Record<string, string>> = {},
  volumes: VolumeObjects = noVolumeObjects,
): Cluster {
  const cluster = new Cluster(volumes);
  for (const [name, labels] of Object.entries(namespaces)) cluster.namespaces.set(name, labels);
  for (const { node: one, pods } of nodes) {
    if (!one) continue;
    cluster.setNode(one);
    for (const standing of pods.values()) cluster.place(standing, one.metadata.name ?? '');
  }
  return cluster;
}
