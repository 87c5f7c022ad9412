/** What the control loops ask of a pod. Times are milliseconds since 1970. */
import type { KubeObject, OwnerReference, Pod, PodCondition } from '../api/types.js';

/** The one owner that manages the object, as ownerReferences say it. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(owner => owner.controller === true);

/** A service's or replication controller's selector: every pair must be among the labels. An empty one selects none. */
export function selects(
  selector: Record<string, string> | undefined,
  labels: Record<string, string> | undefined,
): boolean {
  const pairs = Object.entries(selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

/** It has run to its end, and will not run again. */
export const isTerminal = (pod: Pod): boolean => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';

/** It runs, or will: neither ended nor asked to end. */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isTerminating(pod);

export const conditionOf = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find(condition => condition.type === type);

export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True';

/** Since when the pod is ready; undefined when it is not. A condition without a time has been so for ever. */
export function readySince(pod: Pod): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : 0;
}
