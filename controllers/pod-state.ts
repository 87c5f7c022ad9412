/** What the control loops ask of a pod. Times are milliseconds since 1970. */
import { labelSelectorOf } from '../api/selectors/index.js';
import { StatusError } from '../api/status.js';
import type { KubeObject, LabelSelector, OwnerReference, Pod, PodCondition } from '../api/types.js';

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

/** A LabelSelector as the workloads have one. Absent it matches nothing, and so does one that cannot be understood. */
export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Record<string, string> | undefined,
): boolean {
  try {
    return labelSelectorOf(selector).matches(labels);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
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

/** From when on the pod counts as available: ready for so long. Undefined while it is not ready. */
export function availableFrom(pod: Pod, minReadySeconds: number | undefined): number | undefined {
  const since = readySince(pod);
  return since === undefined ? undefined : since + (minReadySeconds ?? 0) * 1000;
}

/** When the next ready pod becomes available; undefined when none waits for it. */
export function nextAvailable(
  pods: readonly Pod[],
  minReadySeconds: number | undefined,
  now: number,
): number | undefined {
  const waiting = pods.flatMap(pod => availableFrom(pod, minReadySeconds) ?? []).filter(time => time > now);
  return waiting.length > 0 ? Math.min(...waiting) : undefined;
}
