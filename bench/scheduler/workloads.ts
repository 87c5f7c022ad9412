/** What is placed: the workloads of Kubernetes' own scheduler_perf, by which its scheduler is judged. Pure. */
import type { Node, Pod, PodSpec } from '../../api/types.js';

export interface Workload {
  what: string;
  nodes: number;
  /** That stand there before. */
  standing: readonly Pod[];
  placed: readonly Pod[];
  /** Pods a second below which upstream's own test fails. */
  upstream?: number;
  goal: number;
}

const zones = 3;

export const nodesOf = (count: number): Node[] =>
  Array.from({ length: count }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${i}`,
      uid: `node-${i}`,
      resourceVersion: '1',
      labels: { 'kubernetes.io/hostname': `node-${i}`, 'topology.kubernetes.io/zone': `zone-${i % zones}` },
    },
    spec: {},
    status: { allocatable: { cpu: '4', memory: '32Gi', pods: '110' } },
  }));

interface Template {
  labels?: Record<string, string>;
  spec?: Partial<PodSpec>;
  /** They belong to one controller. */
  owner?: string;
}

function pods(
  prefix: string,
  count: number,
  { labels = {}, owner, spec }: Template = {},
  on?: (i: number) => number,
): Pod[] {
  const ownerReferences = owner ? [{ apiVersion: 'v1', kind: 'RC', name: owner, uid: owner, controller: true }] : [];
  return Array.from({ length: count }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${prefix}-${i}`,
      namespace: 'default',
      uid: `${prefix}-${i}`,
      resourceVersion: '1',
      labels,
      ownerReferences,
    },
    spec: {
      containers: [{ name: 'pause', image: 'pause:1', resources: { requests: { cpu: '100m', memory: '500Mi' } } }],
      ...spec,
      ...(on ? { nodeName: `node-${on(i)}` } : {}),
    },
  }));
}

const term = (color: string, topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: { color } } });
const green = { color: 'green' };
const blue = { color: 'blue' };

const far: Template = {
  labels: green,
  spec: {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [term('green', 'kubernetes.io/hostname')],
      },
    },
  },
};
const near: Template = {
  labels: blue,
  spec: {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [term('blue', 'topology.kubernetes.io/zone')],
      },
    },
  },
};
const rather: Template = {
  labels: { color: 'red' },
  spec: {
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: term('red', 'kubernetes.io/hostname') },
        ],
      },
    },
  },
};
const spread: Template = {
  labels: blue,
  spec: {
    topologySpreadConstraints: [
      {
        maxSkew: 5,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: blue },
      },
    ],
  },
};

const nodes = 5000;

export const workloads = (): Workload[] => [
  { what: 'pods', nodes, standing: pods('s', 1000, {}, i => i), placed: pods('p', 10_000), upstream: 680, goal: 1000 },
  { what: 'replicas of one controller', nodes, standing: [], placed: pods('p', 10_000, { owner: 'rc' }), goal: 1000 },
  {
    what: 'with required anti-affinity',
    nodes,
    standing: pods('s', 1000, far, i => i),
    placed: pods('p', 2000, far),
    upstream: 60,
    goal: 60,
  },
  {
    what: 'with required affinity',
    nodes,
    standing: pods('s', 5000, near, i => zones * (i % 1600)),
    placed: pods('p', 5000, near),
    upstream: 35,
    goal: 35,
  },
  {
    what: 'with preferred affinity',
    nodes,
    standing: pods('s', 5000, rather, i => i),
    placed: pods('p', 5000, rather),
    goal: 35,
  },
  {
    what: 'with spread over zones',
    nodes,
    standing: pods('s', 5000, {}, i => i),
    placed: pods('p', 5000, spread),
    upstream: 460,
    goal: 460,
  },
];

/** The same pods in ever larger numbers: what one of them costs must not grow with those that stand already. */
export const growing = (count: number): Workload => ({
  what: `${count} pods`,
  nodes: 1000,
  standing: [],
  placed: pods('p', count, { owner: 'rc' }),
  goal: 0,
});
