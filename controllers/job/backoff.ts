/** How long a Job waits before it replaces a failed pod: 10 s, 20 s, 40 s, ... at most 10 minutes. Pure. */
import type { Job, Pod } from '../../api/types.js';
import { failuresAfter } from './per-index.js';
import { endOf, hasFailed, hasSucceeded } from './pods.js';

const firstMs = 10_000;
const mostMs = 10 * 60_000;

const waitAfter = (failures: number): number => (failures <= 0 ? 0 : Math.min(mostMs, firstMs * 2 ** (failures - 1)));

/** What is left of the wait after the failures since the last success. */
export function remainingMs(job: Job, pods: readonly Pod[], now: number): number {
  const ended = pods.filter(pod => hasSucceeded(pod) || hasFailed(job, pod));
  const lastSuccess = Math.max(...ended.filter(hasSucceeded).map(endOf));
  const failures = ended.filter(pod => !hasSucceeded(pod) && endOf(pod) > lastSuccess).map(endOf);
  return failures.length === 0 ? 0 : Math.max(0, Math.max(...failures) + waitAfter(failures.length) - now);
}

/** Of one index, whose last failed pod is given. */
export function remainingOfIndexMs(job: Job, last: Pod | undefined, now: number): number {
  if (!last) return 0;
  const { counted, ignored } = failuresAfter(job, last);
  return Math.max(0, endOf(last) + waitAfter(counted + ignored) - now);
}
