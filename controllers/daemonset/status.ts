/** What a DaemonSet reports of its nodes. Pure. */
import type { DaemonSet } from '../../api/types.js';
import { isReady } from '../pod-state.js';
import type { Seen, Verdicts } from './plan.js';
import { isAvailable, isUpdated, type PodsOnNodes } from './pods-on-nodes.js';

export type DaemonSetStatus = NonNullable<DaemonSet['status']>;

export function statusOf(
  { set, hashes, collisionCount, now }: Seen,
  onNodes: PodsOnNodes,
  verdicts: Verdicts,
): DaemonSetStatus {
  let [desired, current, misplaced, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const [node, { shouldRun }] of verdicts) {
    const [first] = onNodes.get(node) ?? [];
    if (!shouldRun) {
      if (first) misplaced++;
      continue;
    }
    desired++;
    if (!first) continue;
    current++;
    if (isReady(first)) ready++;
    if (isAvailable(set, first, now)) available++;
    if (isUpdated(first, hashes)) updated++;
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misplaced,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 0,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(desired > available ? { numberUnavailable: desired - available } : {}),
    ...(collisionCount > 0 ? { collisionCount } : {}),
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
  };
}
