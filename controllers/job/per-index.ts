/**
 * spec.backoffLimitPerIndex: each index may fail so often, and waits longer after each failure. How often it failed is
 * written on its pod, so the last failed one is kept until the next has been made. Pure.
 */
import type { Job, Pod } from '../../api/types.js';
import { isActive } from '../pod-state.js';
import { counts, meaningOf } from './failure-policy.js';
import { Indexes } from './indexes.js';
import { failureCountKey, hasFailed, ignoredCountKey, indexOf, isTracked, specOf } from './pods.js';

export const countsPerIndex = (job: Job): boolean => specOf(job).backoffLimitPerIndex !== undefined;

const numberAt = ({ metadata }: Pod, key: string): number => {
  const text = metadata.annotations?.[key] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
};

/** How often the index failed when this pod has failed as well; what the next pod of the index is told. */
export function failuresAfter(job: Job, last: Pod | undefined): { counted: number; ignored: number } {
  if (!last) return { counted: 0, ignored: 0 };
  const [counted, ignored] = [numberAt(last, failureCountKey), numberAt(last, ignoredCountKey)];
  return counts(job, last) ? { counted: counted + 1, ignored } : { counted, ignored: ignored + 1 };
}

/** The indexes that have failed for good; undefined where failures are not counted for each index. */
export function failedIndexes(job: Job, tracked: readonly Pod[], completed: Indexes): Indexes | undefined {
  const limit = specOf(job).backoffLimitPerIndex;
  if (limit === undefined) return undefined;
  const before = Indexes.parse(job.status?.failedIndexes, specOf(job).completions ?? 0);
  const now = tracked.flatMap(pod => {
    const index = indexOf(job, pod);
    if (index === undefined || completed.has(index) || !hasFailed(job, pod)) return [];
    const { action } = meaningOf(job, pod);
    const isLast = action === 'FailIndex' || (action !== 'Ignore' && numberAt(pod, failureCountKey) >= limit);
    return isLast ? [index] : [];
  });
  return before.with(now);
}

/** Of each index that is to be tried again, the pod that failed last. */
export function delayed(job: Job, pods: readonly Pod[], completed: Indexes, failed: Indexes): ReadonlyMap<number, Pod> {
  const running = new Indexes(pods.filter(isActive).flatMap(pod => indexOf(job, pod) ?? []));
  const last = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(job, pod);
    if (index === undefined || !isTracked(pod) || !hasFailed(job, pod)) continue;
    if (completed.has(index) || failed.has(index) || running.has(index)) continue;
    const known = last.get(index);
    if (!known || tries(pod) > tries(known)) last.set(index, pod);
  }
  return last;
}

const tries = (pod: Pod): number => numberAt(pod, failureCountKey) + numberAt(pod, ignoredCountKey);
