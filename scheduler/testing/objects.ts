/** Pods and nodes in few words, for tests. */
import type { Node, Pod, PodSpec, Taint } from '../../api/types.js';
import { NodeState } from '../model/node-state.js';
import { type PodInfo, podInfo } from '../model/pod-info.js';

export interface PodWords extends Partial<PodSpec> {
  name?: string;
  cpu?: string;
  memory?: string;
  hostPort?: number;
  owner?: string;
  labels?: Record<string, string>;
}

export function pod({ name = 'p', cpu, memory, hostPort, owner, labels, ...spec }: PodWords = {}): Pod {
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
}

export function node({
  name = 'n',
  cpu = '4',
  memory = '8Gi',
  pods = '110',
  labels,
  taints,
  unschedulable,
}: NodeWords = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...(labels ? { labels } : {}) },
    spec: { ...(taints ? { taints } : {}), ...(unschedulable ? { unschedulable } : {}) },
    status: { allocatable: { cpu, memory, pods } },
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
