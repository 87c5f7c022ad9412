/** A preference among the nodes that a pod may have. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { ProfileArguments } from '../profiles/profile.js';
import type { View } from '../view.js';

export interface Score {
  /** As Kubernetes names the plugin; its weight is the profile's. */
  readonly name: string;
  /** From 0 (least wanted) to 100, whole numbers, one for each of the nodes in their order. Undefined when it has no wish for this pod. */
  rate(pod: PodInfo, nodes: readonly NodeState[], view: View, args: ProfileArguments): readonly number[] | undefined;
}

export const most = 100;

/** Scales counts so that the largest is 100. All 0 when nothing was counted. */
export function scaled(counts: readonly number[]): number[] {
  const largest = counts.reduce((a, b) => Math.max(a, b), 0);
  return counts.map(count => (largest === 0 ? 0 : Math.floor((most * count) / largest)));
}

/** The same for counts of what is not wanted: the largest is 0, and none at all is 100. */
export const scaledDown = (counts: readonly number[]): number[] => scaled(counts).map(rate => most - rate);
