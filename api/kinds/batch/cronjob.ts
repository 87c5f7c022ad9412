import { scheduleComplaint } from '../../cron.js';
import { ageOf } from '../../duration.js';
import { fill } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { CronJob, JobSpec } from '../../types.js';
import { invalidValue, notSupported, required } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { ageColumn, count, nameColumn, none, text, unset } from '../columns.js';
import { storedAs } from '../conversion.js';
import { defineKind } from '../define.js';
import type { KindRow } from '../row.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns, selectorText } from '../workload/columns.js';
import { defaultTemplate } from '../workload/template.js';
import { defaultFailurePolicy } from './job.js';
import { validateJobSpec } from './validate-job.js';

type Spec = NonNullable<CronJob['spec']>;

/** A job's name is this one's, a dash and the minute of its start: eleven characters of the 63 that a label has. */
const longestName = 52;

function defaults(cronJob: CronJob): void {
  fill(cronJob, 'spec', {} as Spec);
  fill(cronJob, 'status', {});
  const spec = cronJob.spec as Spec;
  if (!spec.concurrencyPolicy) spec.concurrencyPolicy = 'Allow';
  fill(spec, 'suspend', false);
  fill(spec, 'successfulJobsHistoryLimit', 3);
  fill(spec, 'failedJobsHistoryLimit', 1);
  if (!spec.jobTemplate) return;
  fill(spec.jobTemplate, 'metadata', {});
  if (!spec.jobTemplate.spec) return;
  defaultFailurePolicy(spec.jobTemplate.spec);
  defaultTemplate(spec.jobTemplate.spec.template);
}

function validateSchedule(spec: Spec): FieldError[] {
  const { schedule = '' } = spec;
  if (schedule === '') return [required('spec.schedule')];
  const complaint = scheduleComplaint(schedule);
  if (complaint !== undefined) return [invalidValue('spec.schedule', schedule, complaint)];
  if (!schedule.includes('TZ')) return [];
  const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  return [invalidValue('spec.schedule', schedule, why)];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets like '+01:00' are known to JavaScript, and not to the database of zones.
    return !/^[+-]/.test(name);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  const field = 'spec.timeZone';
  if (timeZone === undefined) return [];
  if (timeZone === '') return [invalidValue(field, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalidValue(field, timeZone, why)];
  }
  return isTimeZone(timeZone) ? [] : [invalidValue(field, timeZone, `unknown time zone ${timeZone}`)];
}

function validateJobTemplate(spec: JobSpec | undefined): FieldError[] {
  const path = 'spec.jobTemplate.spec';
  if (!spec) return [required(path)];
  const errors = validateJobSpec(spec, path);
  if (spec.selector) {
    errors.push(invalidValue(`${path}.selector`, spec.selector, '`selector` will be auto-generated'));
  }
  if (spec.manualSelector) errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  return errors;
}

const policies = ['Allow', 'Forbid', 'Replace'];

function validate(cronJob: CronJob): FieldError[] {
  const spec = cronJob.spec ?? ({} as Spec);
  const { concurrencyPolicy = '' } = spec;
  const errors = [
    ...validateSchedule(spec),
    ...notNegative(spec, 'spec', ['startingDeadlineSeconds']),
    ...validateTimeZone(spec.timeZone),
  ];
  if (concurrencyPolicy === '') errors.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(concurrencyPolicy)) {
    errors.push(notSupported('spec.concurrencyPolicy', concurrencyPolicy, policies));
  }
  errors.push(
    ...validateJobTemplate(spec.jobTemplate?.spec),
    ...notNegative(spec, 'spec', ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit']),
  );
  return errors;
}

function validateCreate({ metadata }: CronJob): FieldError[] {
  const { name = '' } = metadata;
  if (name.length <= longestName) return [];
  return [invalidValue('metadata.name', name, `must be no more than ${longestName} characters`)];
}

const suspended = ({ spec }: CronJob): string =>
  spec?.suspend === undefined || spec.suspend === null ? unset : spec.suspend ? 'True' : 'False';

export const cronJobRow = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  subresources: ['status'],
  model: 'V1CronJob',
  columns: [
    nameColumn,
    text('Schedule', cronJob => cronJob.spec?.schedule ?? ''),
    text('Timezone', cronJob => cronJob.spec?.timeZone ?? none),
    { name: 'Suspend', type: 'boolean', cell: suspended },
    count('Active', cronJob => cronJob.status?.active?.length ?? 0),
    text('Last Schedule', (cronJob, now) =>
      cronJob.status?.lastScheduleTime ? ageOf(cronJob.status.lastScheduleTime, now) : none,
    ),
    ageColumn,
    ...containerColumns<CronJob>(cronJob => cronJob.spec?.jobTemplate?.spec?.template),
    text('Selector', cronJob => selectorText(cronJob.spec?.jobTemplate?.spec?.selector), 'wide'),
  ],
  fields: () => ({ 'status.successful': '' }),
  defaults,
  prepareCreate(cronJob) {
    cronJob.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: cronJob => cronJob.spec,
  validate,
  validateCreate,
});

const beta = { group: 'batch', version: 'v1beta1', kind: 'CronJob' };

/** What Kubernetes 1.20 speaks: v1 by another name. */
export const cronJobV1beta1Row: KindRow = {
  ...cronJobRow,
  ...beta,
  conversion: storedAs(cronJobRow, beta),
};
