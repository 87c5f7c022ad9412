/** When a pod must leave its node because of the node's NoExecute taints. Pure: see controller.ts for the promise. */
import { tolerates } from '../../api/tolerations.js';
import type { Node, Pod, Taint } from '../../api/types.js';
import { conditionOf, isTerminating } from '../pod-state.js';

/** The taints that drive pods out. */
export const evictingTaints = (node: Node | undefined): Taint[] =>
  (node?.spec?.taints ?? []).filter(taint => taint.effect === 'NoExecute');

/**
 * When the pod is to be evicted, in milliseconds since 1970; Infinity when it may stay. `since` says from when on a
 * taint counts, where the taint itself does not (timeAdded). For a pod that came later, it counts from its coming.
 */
export function evictionTime(pod: Pod, taints: readonly Taint[], since: (taint: Taint) => number): number {
  if (isTerminating(pod)) return Number.POSITIVE_INFINITY;
  const times = taints.map(taint => {
    const toleration = (pod.spec?.tolerations ?? []).find(one => tolerates(one, taint));
    if (!toleration) return 0;
    if (toleration.tolerationSeconds === undefined) return Number.POSITIVE_INFINITY;
    const added = taint.timeAdded ? Date.parse(taint.timeAdded) : since(taint);
    return Math.max(added, boundAt(pod)) + Math.max(0, toleration.tolerationSeconds) * 1000;
  });
  return Math.min(Number.POSITIVE_INFINITY, ...times);
}

function boundAt(pod: Pod): number {
  const time = conditionOf(pod, 'PodScheduled')?.lastTransitionTime ?? pod.metadata.creationTimestamp;
  return time ? Date.parse(String(time)) : 0;
}
