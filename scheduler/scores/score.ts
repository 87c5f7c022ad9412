/** A preference among the nodes that a pod may have. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';

export interface Score {
  /** As Kubernetes names the plugin. */
  readonly name: string;
  readonly weight: number;
  /** From 0 (least wanted) to 100, a number for each of the nodes, in their order. */
  rate(pod: PodInfo, nodes: readonly NodeState[]): number[];
}

/** Scales counts so that the largest is 100. All 0 when nothing was counted. */
export function scaled(counts: readonly number[]): number[] {
  const largest = counts.reduce((a, b) => Math.max(a, b), 0);
  return counts.map(count => (largest === 0 ? 0 : (100 * count) / largest));
}

/** The same for counts of what is not wanted: the largest is 0, and none at all is 100. */
export const scaledDown = (counts: readonly number[]): number[] => scaled(counts).map(rate => 100 - rate);
