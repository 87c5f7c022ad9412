/** How pods of one schedulerName are placed: which filters and scores, of what weight, with which arguments. */
import type { NodeSelector } from '../filters/node-selector.js';
import type { WrittenConstraint } from '../model/spread-constraint.js';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** How full a node should be: 'LeastAllocated' prefers empty ones, 'MostAllocated' full ones; a shape says it point by point. */
export interface FitStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  /** From utilization in percent to a score from 0 to 10. */
  readonly shape: readonly { utilization: number; score: number }[];
}

/** Arguments of plugins, under Kubernetes' names, with its defaults. */
export interface ProfileArguments {
  readonly fit: FitStrategy;
  readonly balanced: readonly ResourceWeight[];
  /** Every node must match it besides what pods ask for. */
  readonly addedAffinity: NodeSelector | undefined;
  /** How much a pod's required affinity draws those that it means. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
  /** For pods without constraints of their own: 'System' spreads a controller's pods over hosts and zones. */
  readonly defaultConstraints: 'System' | readonly WrittenConstraint[];
  /** How many nodes preemption looks at: a share, and at least so many. */
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
  /** How long claims may take to be bound. */
  readonly bindTimeoutSeconds: number;
}

export interface Profile {
  readonly schedulerName: string;
  /** 0 is Kubernetes' adaptive share. */
  readonly percentageOfNodesToScore: number;
  /** Names of filters that are not asked. */
  readonly withoutFilters: ReadonlySet<string>;
  /** Weights by the name of the score; 0 is not asked. */
  readonly weights: Readonly<Record<string, number>>;
  /** Whether room is made for pods of a higher priority. */
  readonly preempts: boolean;
  readonly args: ProfileArguments;
}

export const defaultSchedulerName = 'default-scheduler';

const cpuAndMemory: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export const defaultProfile: Profile = {
  schedulerName: defaultSchedulerName,
  percentageOfNodesToScore: 0,
  withoutFilters: new Set(),
  weights: {
    TaintToleration: 3,
    NodeAffinity: 2,
    PodTopologySpread: 2,
    InterPodAffinity: 2,
    NodeResourcesFit: 1,
    NodeResourcesBalancedAllocation: 1,
    ImageLocality: 1,
  },
  preempts: true,
  args: {
    fit: { type: 'LeastAllocated', resources: cpuAndMemory, shape: [] },
    balanced: cpuAndMemory,
    addedAffinity: undefined,
    hardPodAffinityWeight: 1,
    ignorePreferredTermsOfExistingPods: false,
    defaultConstraints: 'System',
    minCandidateNodesPercentage: 10,
    minCandidateNodesAbsolute: 100,
    bindTimeoutSeconds: 600,
  },
};
