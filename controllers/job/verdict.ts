/** Whether a Job has come to its end, and to which. Pure. */
import type { Job, Pod } from '../../api/types.js';
import type { Count } from './count.js';
import { failJobMessage } from './failure-policy.js';
import { Indexes } from './indexes.js';
import { specOf } from './pods.js';

export interface Verdict {
  /** First the one is said, then, when all pods have ended and are counted, 'Failed' or 'Complete'. */
  type: 'FailureTarget' | 'SuccessCriteriaMet';
  reason: string;
  message: string;
}

const failure = (reason: string, message: string): Verdict => ({ type: 'FailureTarget', reason, message });

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];

export const conditionOf = (job: Job, type: string): Condition | undefined =>
  job.status?.conditions?.find(condition => condition.type === type && condition.status === 'True');

export const isFinished = (job: Job): boolean =>
  conditionOf(job, 'Complete') !== undefined || conditionOf(job, 'Failed') !== undefined;

/** What was said before stays said. */
export function verdictOn(job: Job, pods: readonly Pod[], counted: Count, now: number): Verdict | undefined {
  for (const type of ['FailureTarget', 'SuccessCriteriaMet'] as const) {
    const said = conditionOf(job, type);
    if (said) return { type, reason: said.reason ?? '', message: said.message ?? '' };
  }
  const policy = failJobMessage(job, pods);
  if (policy !== undefined) return failure('PodFailurePolicy', policy);
  const { backoffLimit = 6 } = specOf(job);
  if (counted.totalFailed > backoffLimit || restartsReach(job, pods, backoffLimit)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (deadlineOf(job) <= now) return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  return failedByIndexes(job, counted) ?? succeededByPolicy(job, counted.completed);
}

/** When the job has run for too long; Infinity where it has no deadline, or none now. */
export function deadlineOf(job: Job): number {
  const { activeDeadlineSeconds, suspend } = specOf(job);
  const { startTime } = job.status ?? {};
  if (activeDeadlineSeconds === undefined || suspend || !startTime) return Number.POSITIVE_INFINITY;
  return Date.parse(startTime) + activeDeadlineSeconds * 1000;
}

/** Containers that are started again in their pods count as failures, too. */
function restartsReach(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (specOf(job).template?.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function failedByIndexes(job: Job, { completed, failedIndexes }: Count): Verdict | undefined {
  const { completions = 0, maxFailedIndexes } = specOf(job);
  if (!failedIndexes || failedIndexes.size === 0) return undefined;
  if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes) {
    return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failedIndexes.size + completed.size < completions) return undefined;
  return failure('FailedIndexes', 'Job has failed indexes');
}

function succeededByPolicy(job: Job, completed: Indexes): Verdict | undefined {
  const { completions = 0, successPolicy } = specOf(job);
  for (const [position, { succeededIndexes, succeededCount }] of (successPolicy?.rules ?? []).entries()) {
    const meant = succeededIndexes === undefined ? undefined : Indexes.parse(succeededIndexes, completions);
    const reached = meant ? countOf(meant, completed, completions) : completed.size;
    const needed = succeededCount ?? meant?.size ?? Number.POSITIVE_INFINITY;
    if (reached >= needed) {
      const message = `Matched rules at index ${position}`;
      return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
    }
  }
  return undefined;
}

function countOf(meant: Indexes, completed: Indexes, completions: number): number {
  let both = 0;
  for (let index = 0; index < completions; index++) if (meant.has(index) && completed.has(index)) both++;
  return both;
}
