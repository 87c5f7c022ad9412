/** A reason for which a node may not have a pod. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';

/** What happens in the cluster that may make room for a pod that found none. */
export type ClusterEvent =
  | 'NodeAdded'
  | 'NodeAllocatable'
  | 'NodeLabels'
  | 'NodeTaints'
  | 'NodeUnschedulable'
  /** A pod came to stand on a node. */
  | 'PodAssigned'
  /** A pod that stood on a node is gone, or finished. */
  | 'PodGone';

export interface Filter {
  /** As Kubernetes names the plugin. */
  readonly name: string;
  /** After these, a pod that this filter refused is worth another look. */
  readonly wokenBy: readonly ClusterEvent[];
  /** Kubernetes' words for why this node is not for this pod; empty when it is. */
  refuses(pod: PodInfo, node: NodeState): string[];
}

/** A reason that depends on the pods of other nodes. It looks at them once an attempt, and only for pods that it concerns. */
export interface TopologyFilter extends Omit<Filter, 'refuses'> {
  /** Undefined when it has nothing against any node. */
  prepare(pod: PodInfo, nodes: readonly NodeState[]): ((node: NodeState) => string[]) | undefined;
}
