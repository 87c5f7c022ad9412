/** What a StatefulSet reports of its pods. Pure. */
import type { Pod, StatefulSet } from '../../api/types.js';
import { availableFrom, isReady, isTerminating } from '../pod-state.js';
import { revisionOf } from './pods.js';

export type StatefulSetStatus = NonNullable<StatefulSet['status']>;

export interface Revisions {
  /** The name of the revision that pods had before the rollout under way. */
  current: string;
  /** The name of the newest one. */
  update: string;
  collisionCount: number;
}

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod);

export const isAvailable = (set: StatefulSet, pod: Pod, now: number): boolean =>
  isRunningAndReady(pod) && (availableFrom(pod, set.spec?.minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now;

/** Counts that are zero are left out, but for those that the API requires. */
export function statusOf(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, collisionCount }: Revisions,
  now: number,
): StatefulSetStatus {
  const count = (test: (pod: Pod) => boolean): number => pods.filter(test).length;
  const wanted = set.spec?.replicas ?? 1;
  const ready = count(isRunningAndReady);
  const updated = count(pod => !isTerminating(pod) && revisionOf(pod) === update);
  const isComplete =
    set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    updated === wanted &&
    ready === wanted &&
    pods.length === wanted;
  const before = isComplete ? updated : count(pod => !isTerminating(pod) && revisionOf(pod) === current);
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(before > 0 ? { currentReplicas: before } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: isComplete ? update : current,
    updateRevision: update,
    collisionCount,
    availableReplicas: count(pod => isAvailable(set, pod, now)),
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
  };
}
