/** Work that ends: jobs, and what makes them by the clock. */
import { humanDuration } from '../../api/duration.js';
import { selectorText } from '../../api/kinds/workload/columns.js';
import type { CronJob, Job } from '../../api/types.js';
import { controlledBy, labelled, named } from './metadata.js';
import { describePodTemplate } from './pod.js';
import { type Item, longTime, orNone } from './text.js';

type Value = string | number | boolean | undefined;

const unset = (value: Value, unit = ''): string => (value === undefined ? '<unset>' : `${value}${unit}`);

/** The item, where the field is there: also when it is 0 or false. */
const given = (key: string, value: Value, unit = ''): Item[] => (value === undefined ? [] : [[key, `${value}${unit}`]]);

export function describeJob(job: Job): Item[] {
  const { spec, status } = job;
  return [
    ...named(job),
    ['Selector', selectorText(spec?.selector)],
    ...labelled(job),
    ...controlledBy(job),
    ...given('Parallelism', spec?.parallelism),
    ['Completions', unset(spec?.completions)],
    ...given('Completion Mode', spec?.completionMode),
    ...given('Suspend', spec?.suspend),
    ...given('Backoff Limit', spec?.backoffLimit),
    ...given('TTL Seconds After Finished', spec?.ttlSecondsAfterFinished),
    ...times(status),
    ...given('Active Deadline Seconds', spec?.activeDeadlineSeconds, 's'),
    ['Pods Statuses', podsStatuses(status)],
    ...(spec?.completionMode === 'Indexed'
      ? ([['Completed Indexes', indexesText(status?.completedIndexes)]] as Item[])
      : []),
    describePodTemplate(spec?.template),
  ];
}

function times({ startTime, completionTime }: NonNullable<Job['status']> = {}): Item[] {
  return [
    ...(startTime ? ([['Start Time', longTime(startTime)]] as Item[]) : []),
    ...(completionTime ? ([['Completed At', longTime(completionTime)]] as Item[]) : []),
    ...(startTime && completionTime
      ? ([['Duration', humanDuration(Date.parse(completionTime) - Date.parse(startTime))]] as Item[])
      : []),
  ];
}

function podsStatuses({ active = 0, ready, succeeded = 0, failed = 0 }: NonNullable<Job['status']> = {}): string {
  const readily = ready === undefined ? '' : ` (${ready} Ready)`;
  return `${active} Active${readily} / ${succeeded} Succeeded / ${failed} Failed`;
}

/** A description has room for so many characters of them. */
const shownIndexes = 50;

/** Cut after a whole index. */
function indexesText(text: string | undefined): string {
  if (!text || text.length <= shownIndexes) return orNone(text);
  return `${text.slice(0, text.lastIndexOf(',', shownIndexes) + 1)}...`;
}

const upperBoolean = (value: boolean | undefined): string =>
  value === undefined ? '<unset>' : value ? 'True' : 'False';

export function describeCronJob(cronJob: CronJob): Item[] {
  const { spec, status } = cronJob;
  const job = spec?.jobTemplate.spec;
  return [
    ...named(cronJob),
    ...labelled(cronJob),
    ['Schedule', spec?.schedule ?? ''],
    ['Concurrency Policy', spec?.concurrencyPolicy ?? ''],
    ['Suspend', upperBoolean(spec?.suspend)],
    ['Time Zone', unset(spec?.timeZone)],
    ['Successful Job History Limit', unset(spec?.successfulJobsHistoryLimit)],
    ['Failed Job History Limit', unset(spec?.failedJobsHistoryLimit)],
    ['Starting Deadline Seconds', unset(spec?.startingDeadlineSeconds, 's')],
    ['Selector', job?.selector ? selectorText(job.selector) : '<unset>'],
    ['Parallelism', unset(job?.parallelism)],
    ['Completions', unset(job?.completions)],
    ...given('Active Deadline Seconds', job?.activeDeadlineSeconds, 's'),
    describePodTemplate(job?.template),
    ['Last Schedule Time', longTime(status?.lastScheduleTime)],
    ['Active Jobs', orNone((status?.active ?? []).map(({ name }) => name).join(', '))],
  ];
}
