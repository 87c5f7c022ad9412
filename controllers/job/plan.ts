/** What a Job does next. Pure: see controller.ts for the promise. */
import { timestamp } from '../../api/clock.js';
import type { Job, Pod } from '../../api/types.js';
import { isActive, isReady } from '../pod-state.js';
import { type Count, count } from './count.js';
import { isEnding, isIndexed, specOf, type Wanted } from './pods.js';
import { type Scale, scaleOf } from './scale.js';
import { deadlineOf, type Verdict, verdictOn } from './verdict.js';

export type JobStatus = NonNullable<Job['status']>;
type Condition = NonNullable<JobStatus['conditions']>[number];

const completionsReached = 'CompletionsReached';
/** Timers do not reach much further. */
const longestWaitMs = 24 * 3600_000;

export interface News {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export interface Plan {
  create: Wanted[];
  /** Taken back, uncounted. */
  withdraw: Pod[];
  /** Ended with the job, and counted. */
  end: Pod[];
  /** Let go once the status is written. */
  release: Pod[];
  /** As if nothing had been created or deleted yet. */
  status: JobStatus;
  news: News[];
  lookAgainAfterMs?: number;
}

export type Counting = (job: Job, pods: readonly Pod[]) => Count;

/** For a job that has not finished. `pods` are its own. */
export function planFor(job: Job, pods: readonly Pod[], now: number, counting: Counting = count): Plan {
  const started = withStart(job, now);
  const active = pods.filter(isActive);
  const counted = counting(started, pods);
  const verdict = verdictOn(started, pods, counted, now) ?? completed(started, active, counted);
  const isGoing = started.metadata.deletionTimestamp !== undefined;
  const scale: Scale = verdict || isGoing ? { create: [], withdraw: [] } : scaleOf(started, pods, active, counted, now);
  // What runs although enough have succeeded is not to blame, and is not counted as failed.
  const isSurplus = verdict?.reason === completionsReached;
  const end = verdict && !isSurplus ? active : [];
  const { status, news } = report(started, pods, active, counted, verdict, now);
  const looks = [scale.lookAgainAfterMs ?? Number.POSITIVE_INFINITY, deadlineOf(started) - now];
  const next = verdict ? Number.POSITIVE_INFINITY : Math.min(...looks);
  const { create } = scale;
  const withdraw = isSurplus ? [...active] : scale.withdraw;
  const look = counted.isMore
    ? { lookAgainAfterMs: 0 }
    : Number.isFinite(next)
      ? { lookAgainAfterMs: Math.min(next, longestWaitMs) }
      : {};
  return { create, withdraw, end, release: counted.release, status, news, ...look };
}

/** The clock of a job begins when it is first seen, or is resumed. */
function withStart(job: Job, now: number): Job {
  const suspended = job.status?.conditions?.find(({ type }) => type === 'Suspended');
  const isResumed = suspended?.status === 'True' && !specOf(job).suspend;
  if (specOf(job).suspend || (job.status?.startTime && !isResumed)) return job;
  return { ...job, status: { ...job.status, startTime: timestamp(now) } };
}

function completed(job: Job, active: readonly Pod[], { totalSucceeded }: Count): Verdict | undefined {
  const { completions } = specOf(job);
  const isDone = completions === undefined ? totalSucceeded > 0 && active.length === 0 : totalSucceeded >= completions;
  const message = 'Reached expected number of succeeded pods';
  return isDone ? { type: 'SuccessCriteriaMet', reason: completionsReached, message } : undefined;
}

function report(
  job: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
  counted: Count,
  verdict: Verdict | undefined,
  now: number,
): { status: JobStatus; news: News[] } {
  const news: News[] = [];
  const { conditions: before, startTime } = job.status ?? {};
  const ending = pods.filter(isEnding).length;
  const { noted, succeeded, failed, completed: indexes, failedIndexes } = counted;
  const isLast = verdict && noted.succeeded.length + noted.failed.length + active.length + ending === 0;
  const isEnd = isLast && counted.release.length === 0 && !counted.isMore;
  const conditions = verdict ? concluded(before ?? [], verdict, isEnd === true, now, news) : suspended(job, now, news);
  const isComplete = isEnd && verdict.type === 'SuccessCriteriaMet';
  const positive = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
  const status: JobStatus = {
    ...(startTime ? { startTime } : {}),
    ...(conditions && conditions.length > 0 ? { conditions } : {}),
    ...positive({ active: active.length, succeeded, failed }),
    ready: active.filter(isReady).length,
    terminating: ending,
    uncountedTerminatedPods: Object.fromEntries(Object.entries(noted).filter(([, uids]) => uids.length > 0)),
    ...(isIndexed(job) && indexes.size > 0 ? { completedIndexes: indexes.toString() } : {}),
    ...(failedIndexes ? { failedIndexes: failedIndexes.toString() } : {}),
    ...(isComplete ? { completionTime: timestamp(now) } : {}),
  };
  return { status, news };
}

/** The verdict is said at once, and the end when all pods have ended and are counted. */
function concluded(
  before: readonly Condition[],
  { type, reason, message }: Verdict,
  isEnd: boolean,
  now: number,
  news: News[],
): Condition[] {
  const stamp = timestamp(now);
  const say = (what: string): Condition => ({
    type: what,
    status: 'True',
    lastProbeTime: stamp,
    lastTransitionTime: stamp,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
  });
  const conditions = [...before];
  if (!conditions.some(condition => condition.type === type)) conditions.push(say(type));
  if (!isEnd) return conditions;
  const isFailure = type === 'FailureTarget';
  news.push(
    isFailure
      ? { type: 'Warning', reason, message }
      : { type: 'Normal', reason: 'Completed', message: 'Job completed' },
  );
  return [...conditions, say(isFailure ? 'Failed' : 'Complete')];
}

/** Says that the job waits, or goes on after it did. */
function suspended(job: Job, now: number, news: News[]): Condition[] | undefined {
  const before = job.status?.conditions ?? [];
  const known = before.find(({ type }) => type === 'Suspended');
  const waits = specOf(job).suspend === true;
  const status = waits ? 'True' : 'False';
  if ((known?.status ?? 'False') === status) return job.status?.conditions;
  const [reason, message] = waits ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const stamp = timestamp(now);
  news.push({ type: 'Normal', reason: waits ? 'Suspended' : 'Resumed', message });
  const next = { type: 'Suspended', status, lastProbeTime: stamp, lastTransitionTime: stamp, reason, message };
  return [...before.filter(condition => condition !== known), next];
}
