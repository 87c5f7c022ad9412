/** What a CronJob does next. Pure: see controller.ts for the promise. */

import { timestamp } from '../../api/clock.js';
import { parseSchedule } from '../../api/cron.js';
import type { CronJob, Job } from '../../api/types.js';
import { controllerReference } from '../owned.js';
import { nextDue } from './due.js';
import { owedSince } from './missed.js';

export type CronJobStatus = NonNullable<CronJob['status']>;
type Reference = NonNullable<CronJobStatus['active']>[number];

export interface News {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export interface Plan {
  /** Jobs whose place the new one takes. */
  replace: Job[];
  start?: { at: number; job: Job };
  /** Finished ones beyond the history that is kept. */
  forget: Job[];
  /** As it is before `start`. */
  status: CronJobStatus;
  news: News[];
  lookAgainAfterMs?: number;
}

const defaultZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** A little after the minute, so that clocks that differ by little agree that it has come. */
const marginMs = 100;
/** Timers do not reach much further. */
const longestWaitMs = 24 * 3600_000;

/** `jobs` are the cron job's own. */
export function planFor(cronJob: CronJob, jobs: readonly Job[], now: number): Plan {
  const news: News[] = [];
  const status = followed(cronJob, jobs, news);
  const idle = { replace: [], forget: superfluous(cronJob, jobs), status, news };
  if (cronJob.metadata.deletionTimestamp || cronJob.spec?.suspend) return idle;
  const timing = timingOf(cronJob, now, news);
  if (!timing) return idle;
  const { owed, next } = timing;
  const look = next === undefined ? {} : { lookAgainAfterMs: Math.min(next - now + marginMs, longestWaitMs) };
  if (owed === undefined) return { ...idle, ...look };
  return { ...idle, ...look, ...begin(cronJob, jobs, status, owed, now, news) };
}

/** The status as the jobs have it now, and what is to be told of them. */
function followed(cronJob: CronJob, jobs: readonly Job[], news: News[]): CronJobStatus {
  const before = cronJob.status ?? {};
  const say = (type: News['type'], reason: string, message: string) => void news.push({ type, reason, message });
  const active = (before.active ?? []).filter(reference => {
    const job = jobs.find(({ metadata }) => metadata.uid === reference.uid);
    if (!job) say('Normal', 'MissingJob', `Active job went missing: ${reference.name}`);
    const end = job && endOf(job);
    if (job && end) say('Normal', 'SawCompletedJob', `Saw completed job: ${reference.name}, condition: ${end}`);
    return job && !end;
  });
  for (const { metadata } of jobs.filter(job => !endOf(job))) {
    if (active.some(({ uid }) => uid === metadata.uid) || isStartOf(cronJob, metadata.name ?? '')) continue;
    const message = `Saw a job that the controller did not create or forgot: ${metadata.name}`;
    say('Warning', 'UnexpectedJob', message);
  }
  const successes = jobs.filter(job => endOf(job) === 'Complete').map(({ status }) => status?.completionTime ?? '');
  const [latest = ''] = [...successes, before.lastSuccessfulTime ?? ''].sort().reverse();
  const { active: _, ...rest } = before;
  return { ...rest, ...(active.length > 0 ? { active } : {}), ...(latest ? { lastSuccessfulTime: latest } : {}) };
}

/** 'Complete' or 'Failed'; undefined for a job that has not finished. */
function endOf({ status }: Job): string | undefined {
  const isEnd = (type: string): boolean => type === 'Complete' || type === 'Failed';
  return status?.conditions?.find(({ type, status: is }) => isEnd(type) && is === 'True')?.type;
}

const jobName = (cronJob: CronJob, at: number): string => `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`;

/** It was made for a start that the status does not know yet: the loop ended in between, and will find it. */
const isStartOf = (cronJob: CronJob, name: string): boolean => {
  const minute = Number(/-(\d+)$/.exec(name)?.[1]);
  return name === jobName(cronJob, minute * 60_000) && minute * 60_000 > lastStart(cronJob);
};

const lastStart = ({ metadata, status }: CronJob): number =>
  Date.parse(status?.lastScheduleTime ?? String(metadata.creationTimestamp ?? '')) || 0;

function timingOf(
  cronJob: CronJob,
  now: number,
  news: News[],
): { owed?: number; next: number | undefined } | undefined {
  const { schedule: text = '', startingDeadlineSeconds, timeZone } = cronJob.spec ?? {};
  const parsed = understood(text, timeZone, news);
  if (!parsed) return undefined;
  const { schedule, zone } = parsed;
  const deadlineMs = (startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const { at, isTooMany } = owedSince(schedule, Math.max(lastStart(cronJob), now - deadlineMs), now, zone);
  if (isTooMany) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    news.push({ type: 'Warning', reason: 'TooManyMissedTimes', message });
  }
  const next = nextDue(schedule, now, zone);
  return { ...(at === undefined ? {} : { owed: at }), next };
}

function understood(text: string, timeZone: string | undefined, news: News[]) {
  try {
    const { schedule, zone } = parseSchedule(text);
    const place = timeZone ?? zone ?? defaultZone;
    new Intl.DateTimeFormat('en', { timeZone: place });
    return { schedule, zone: place };
  } catch (error) {
    const { message } = error as Error;
    news.push(
      error instanceof RangeError
        ? { type: 'Warning', reason: 'UnknownTimeZone', message: `invalid timeZone: "${timeZone}": ${message}` }
        : { type: 'Warning', reason: 'UnparseableSchedule', message: `unparseable schedule: "${text}" : ${message}` },
    );
    return undefined;
  }
}

/** A start that is owed: made, or left out, or made in the place of what still runs. */
function begin(
  cronJob: CronJob,
  jobs: readonly Job[],
  status: CronJobStatus,
  at: number,
  now: number,
  news: News[],
): Partial<Plan> {
  const { concurrencyPolicy, startingDeadlineSeconds } = cronJob.spec ?? {};
  const name = jobName(cronJob, at);
  const active = status.active ?? [];
  if (startingDeadlineSeconds !== undefined && at + startingDeadlineSeconds * 1000 < now) {
    const message = `Missed scheduled time to start a job: ${new Date(at).toUTCString().replace('GMT', '+0000')}`;
    news.push({ type: 'Warning', reason: 'MissSchedule', message });
    return {};
  }
  const existing = jobs.find(({ metadata }) => metadata.name === name);
  // It was made, and the loop ended before it could say so.
  if (existing) return { status: started(status, existing, at) };
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    news.push({ type: 'Normal', reason: 'JobAlreadyActive', message });
    return {};
  }
  const replaced = concurrencyPolicy === 'Replace' ? active : [];
  const { active: _, ...rest } = status;
  return {
    replace: jobs.filter(({ metadata }) => replaced.some(({ uid }) => uid === metadata.uid)),
    status: replaced.length > 0 ? rest : status,
    start: { at, job: jobFor(cronJob, name, at) },
  };
}

function jobFor(cronJob: CronJob, name: string, at: number): Job {
  const { metadata = {}, spec } = cronJob.spec?.jobTemplate ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cronJob.metadata.namespace ?? '',
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(at) },
      ownerReferences: [controllerReference(cronJob)],
    },
    ...(spec ? { spec } : {}),
  };
}

/** The status once the job has been made. */
export function started(status: CronJobStatus, { metadata }: Job, at: number): CronJobStatus {
  const reference: Reference = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  };
  const others = (status.active ?? []).filter(({ uid }) => uid !== metadata.uid);
  return { ...status, active: [...others, reference], lastScheduleTime: timestamp(at) };
}

function superfluous({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const startOf = ({ metadata, status }: Job): string =>
    `${status?.startTime ?? metadata.creationTimestamp ?? ''} ${metadata.name}`;
  const beyond = (end: string, limit: number | undefined): Job[] => {
    if (limit === undefined) return [];
    const ended = jobs.filter(job => endOf(job) === end && !job.metadata.deletionTimestamp);
    const sorted = ended.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
    return sorted.slice(0, Math.max(0, sorted.length - limit));
  };
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)];
}
