/** What a ReplicationController or a ReplicaSet reports of its pods. */
import { timestamp } from '../../api/clock.js';
import type { Pod, ReplicaSet, ReplicationController } from '../../api/types.js';
import { availableFrom, readySince, selects } from '../pod-state.js';

/** Who promises a number of pods: the two differ in how they select them. */
export type Replicating = ReplicationController | ReplicaSet;

export type ReplicationStatus = NonNullable<ReplicationController['status']>;

export interface Failure {
  reason: 'FailedCreate' | 'FailedDelete';
  error: Error;
}

/** Counts that are zero are left out, as Kubernetes does; conditions are carried over. */
export function statusOf(rc: Replicating, owned: readonly Pod[], now: number): ReplicationStatus {
  const labels = rc.spec?.template?.metadata?.labels ?? {};
  const labelled = owned.filter(pod => Object.keys(labels).length === 0 || selects(labels, pod.metadata.labels)).length;
  const ready = owned.filter(pod => readySince(pod) !== undefined).length;
  const available = owned.filter(pod => (availableFrom(pod, rc.spec?.minReadySeconds) ?? Infinity) <= now).length;
  return {
    replicas: owned.length,
    ...(labelled ? { fullyLabeledReplicas: labelled } : {}),
    ...(ready ? { readyReplicas: ready } : {}),
    ...(available ? { availableReplicas: available } : {}),
    ...(rc.metadata.generation === undefined ? {} : { observedGeneration: rc.metadata.generation }),
    ...(rc.status?.conditions ? { conditions: rc.status.conditions } : {}),
  };
}

/** The status with the condition ReplicaFailure while pods cannot be made or deleted, and without it afterwards. */
export function withFailure(status: ReplicationStatus, failure: Failure | undefined, now: number): ReplicationStatus {
  const { conditions = [], ...rest } = status;
  const known = conditions.find(condition => condition.type === 'ReplicaFailure');
  if (failure && known) return status;
  const others = conditions.filter(condition => condition !== known);
  if (failure) {
    const { reason, error } = failure;
    const lastTransitionTime = timestamp(now);
    others.push({ type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason, message: error.message });
  }
  return others.length > 0 ? { ...rest, conditions: others } : rest;
}
