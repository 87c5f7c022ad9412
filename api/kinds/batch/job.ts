import { humanDuration } from '../../duration.js';
import { clone, fill, semanticEqual } from '../../json.js';
import { validateLabelSelector } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { Job, JobSpec, LabelSelector, PodSpec, PodTemplateSpec } from '../../types.js';
import { invalidValue, required } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { dns1123Label } from '../../validation/strings.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns, selectorText } from '../workload/columns.js';
import { defaultTemplate, validateMatch } from '../workload/template.js';
import { validateJobSpec } from './validate-job.js';

const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';

/** Both the names of today and those without a prefix, by which older clients look for a job's pods. */
const generatedLabels = (job: Job): Record<string, string> => {
  const { uid = '', name = '' } = job.metadata;
  return { [uidLabel]: uid, [nameLabel]: name, 'controller-uid': uid, 'job-name': name };
};

/** Patterns in a failure policy mean the condition that is true. */
export function defaultFailurePolicy(spec: JobSpec): void {
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) if (!pattern.status) pattern.status = 'True';
  }
}

function defaults(job: Job): void {
  fill(job, 'spec', {} as JobSpec);
  fill(job, 'status', {});
  const spec = job.spec as JobSpec;
  if (spec.parallelism === undefined && spec.completions === undefined) spec.completions = 1;
  fill(spec, 'parallelism', 1);
  fill(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1);
  fill(spec, 'completionMode', 'NonIndexed');
  fill(spec, 'suspend', false);
  fill(spec, 'manualSelector', false);
  fill(spec, 'podReplacementPolicy', spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed');
  defaultFailurePolicy(spec);
  defaultTemplate(spec.template);
  const labels = spec.template?.metadata?.labels ?? {};
  if (Object.keys(labels).length > 0 && Object.keys(job.metadata.labels ?? {}).length === 0) {
    job.metadata.labels = { ...labels };
  }
}

/** Its pods are found by the job's uid, so that no two jobs ever share one: unless the author selects by hand. */
function generateSelector(job: Job): void {
  const { spec } = job;
  if (!spec || spec.manualSelector) return;
  if (spec.template) {
    spec.template.metadata ??= {};
    spec.template.metadata.labels = { ...generatedLabels(job), ...spec.template.metadata.labels };
  }
  const selector: LabelSelector = spec.selector ?? {};
  spec.selector = { ...selector, matchLabels: { [uidLabel]: job.metadata.uid ?? '', ...selector.matchLabels } };
}

function validateGenerated(job: Job): FieldError[] {
  const { spec } = job;
  if (!spec?.selector || spec.manualSelector) return [];
  const expected = generatedLabels(job);
  const labels = spec.template?.metadata?.labels ?? {};
  const errors = Object.entries(expected).flatMap(([key, value]) => {
    const field = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === value) return [];
    const why = `must be '${value}'`;
    return [labels[key] === undefined ? required(field, why) : invalidValue(field, labels, why)];
  });
  const generated = { metadata: { labels: expected } } as PodTemplateSpec;
  if (validateMatch(spec.selector, generated, '').length > 0) {
    errors.push(invalidValue('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
  return errors;
}

/** The pods of an indexed job are hosts named after it. */
function validateHostNames(job: Job): FieldError[] {
  const { completionMode, completions = 0 } = job.spec ?? ({} as Partial<JobSpec>);
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${job.metadata.name}-${completions - 1}`;
  if (dns1123Label(longest).length === 0) return [];
  const why = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalidValue('metadata.name', job.metadata.name, why)];
}

function validate(job: Job): FieldError[] {
  const spec = job.spec ?? ({} as JobSpec);
  return [
    ...validateGenerated(job),
    ...validateHostNames(job),
    ...validateJobSpec(spec, 'spec'),
    ...(spec.selector ? validateLabelSelector(spec.selector, 'spec.selector') : [required('spec.selector')]),
    ...validateMatch(spec.selector, spec.template, 'spec.template'),
    ...notNegative(job.status, 'status', ['active', 'succeeded', 'failed', 'ready', 'terminating']),
  ];
}

/** An indexed job may grow and shrink, if as many of its pods run at a time as there are indexes. */
function validateCompletions(spec: JobSpec, old: JobSpec): FieldError[] {
  const { completions, parallelism } = spec;
  if (completions === old.completions) return [];
  if (spec.completionMode !== 'Indexed') return [invalidValue('spec.completions', completions, 'field is immutable')];
  if (completions === undefined || completions === parallelism) return [];
  return [invalidValue('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Where a suspended job that never started will run may still be decided: by a queue, for example. */
function withScheduling(old: PodTemplateSpec, now: PodTemplateSpec): PodTemplateSpec {
  const { affinity, nodeSelector, tolerations, schedulingGates } = now.spec ?? ({} as Partial<PodSpec>);
  const before = old.spec as PodSpec;
  const { nodeAffinity } = affinity ?? {};
  const merged = { ...before.affinity, nodeAffinity };
  const spec = { ...before, nodeSelector, tolerations, schedulingGates, affinity: merged };
  const { annotations, labels } = now.metadata ?? {};
  return clone({ ...old, metadata: { ...old.metadata, annotations, labels }, spec }) as PodTemplateSpec;
}

function validateUpdate(job: Job, old: Job): FieldError[] {
  const [spec, before] = [job.spec, old.spec];
  if (!spec || !before) return [];
  const immutable = (
    ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const
  )
    .filter(name => !semanticEqual(spec[name], before[name]))
    .map(name => invalidValue(`spec.${name}`, spec[name], 'field is immutable'));
  const waiting = before.suspend === true && !old.status?.startTime && before.template?.spec;
  const template = waiting ? withScheduling(before.template, spec.template) : before.template;
  if (!semanticEqual(spec.template, template)) {
    immutable.push(invalidValue('spec.template', spec.template, 'field is immutable'));
  }
  return [...validateCompletions(spec, before), ...immutable];
}

/** 'Running', 'Complete', ... : the first that applies. */
function statusOf(job: Job): string {
  const has = (type: string): boolean =>
    job.status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsOf(job: Job): string {
  const succeeded = job.status?.succeeded ?? 0;
  const { completions, parallelism = 0 } = job.spec ?? ({} as Partial<JobSpec>);
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf(job: Job, now: number): string {
  const { startTime, completionTime } = job.status ?? {};
  if (!startTime) return '';
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime));
}

export const jobRow = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  subresources: ['status'],
  model: 'V1Job',
  columns: [
    nameColumn,
    text('Status', statusOf),
    text('Completions', completionsOf),
    text('Duration', durationOf),
    ageColumn,
    ...containerColumns<Job>(job => job.spec?.template),
    text('Selector', job => selectorText(job.spec?.selector), 'wide'),
  ],
  fields: job => ({ 'status.successful': String(job.status?.succeeded ?? 0) }),
  defaults,
  prepareCreate(job) {
    job.status = {};
    generateSelector(job);
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: job => job.spec,
  validate,
  validateUpdate,
});
