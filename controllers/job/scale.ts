/** Which pods a Job that goes on makes, and which it takes back. Pure. */
import type { Job, Pod } from '../../api/types.js';
import { inDeletionOrder } from '../deletion-order.js';
import { remainingMs, remainingOfIndexMs } from './backoff.js';
import type { Count } from './count.js';
import { countsPerIndex, failuresAfter } from './per-index.js';
import { indexOf, isEnding, isIndexed, specOf, type Wanted, waitsForEnd } from './pods.js';

/** No more pods than this are made or deleted in one turn. */
const burst = 500;

export interface Scale {
  create: Wanted[];
  /** Pods that were never meant to fail: they are not counted. */
  withdraw: Pod[];
  lookAgainAfterMs?: number;
}

const nothing: Scale = { create: [], withdraw: [] };

/** `active` are the pods that run or are about to. */
export function scaleOf(job: Job, pods: readonly Pod[], active: readonly Pod[], counted: Count, now: number): Scale {
  if (specOf(job).suspend) return { create: [], withdraw: active.slice(0, burst) };
  const wanted = wantedActive(job, active.length, counted.totalSucceeded);
  const withdraw = surplus(job, active, Math.max(0, active.length - wanted), now).slice(0, burst);
  if (withdraw.length > 0) return { create: [], withdraw };
  const ending = waitsForEnd(job) ? pods.filter(isEnding).length : 0;
  const missing = Math.min(burst, wanted - active.length - ending);
  if (missing <= 0) return nothing;
  if (countsPerIndex(job)) return independent(job, pods, missing, counted, now);
  const wait = remainingMs(job, pods, now);
  if (wait > 0) return { ...nothing, lookAgainAfterMs: wait };
  if (!isIndexed(job)) return { create: Array.from({ length: missing }, () => ({})), withdraw: [] };
  return { create: pending(job, pods, counted, missing).map(index => ({ index })), withdraw: [] };
}

function wantedActive(job: Job, active: number, succeeded: number): number {
  const { completions, parallelism = 1 } = specOf(job);
  // A queue of work: once one worker found it empty, no more are started.
  if (completions === undefined) return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** At least so many, the cheapest first; of an indexed job also those whose index is none, or taken twice. */
function surplus(job: Job, active: readonly Pod[], atLeast: number, now: number): Pod[] {
  const inOrder = inDeletionOrder(active, now);
  if (!isIndexed(job)) return inOrder.slice(0, atLeast);
  const seen = new Set<number>();
  const wrong = [...inOrder].reverse().filter(pod => {
    const index = indexOf(job, pod);
    if (index === undefined || seen.has(index)) return true;
    seen.add(index);
    return false;
  });
  const right = inOrder.filter(pod => !wrong.includes(pod));
  return [...wrong, ...right.slice(0, Math.max(0, atLeast - wrong.length))];
}

/** The lowest indexes for which there is no pod, and that are not done. */
function pending(job: Job, pods: readonly Pod[], { completed, failedIndexes }: Count, most: number): number[] {
  const isTaken = (pod: Pod): boolean => {
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return false;
    return !pod.metadata.deletionTimestamp || waitsForEnd(job);
  };
  const taken = new Set(pods.filter(isTaken).map(pod => indexOf(job, pod)));
  const found: number[] = [];
  for (let index = 0; index < (specOf(job).completions ?? 0) && found.length < most; index++) {
    if (!taken.has(index) && !completed.has(index) && !failedIndexes?.has(index)) found.push(index);
  }
  return found;
}

/** Each index waits for itself. */
function independent(job: Job, pods: readonly Pod[], missing: number, counted: Count, now: number): Scale {
  const create: Wanted[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const index of pending(job, pods, counted, specOf(job).completions ?? 0)) {
    const last = counted.delayed.get(index);
    const wait = remainingOfIndexMs(job, last, now);
    if (wait > 0) next = Math.min(next, wait);
    else if (create.length < missing) create.push({ index, failures: failuresAfter(job, last) });
  }
  return { create, withdraw: [], ...(Number.isFinite(next) ? { lookAgainAfterMs: next } : {}) };
}
