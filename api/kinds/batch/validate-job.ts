/** The spec of a Job, in jobs and in the templates of cron jobs. */
import type { FieldError } from '../../status.js';
import type { JobSpec } from '../../types.js';
import { complaints, invalidValue, notSupported, required, tooLong } from '../../validation/errors.js';
import { notNegative } from '../../validation/numbers.js';
import { dns1123Subdomain } from '../../validation/strings.js';
import { validateTemplate } from '../workload/template.js';
import { validateFailurePolicy } from './failure-policy.js';
import { validateSuccessPolicy } from './success-policy.js';

const mostParallelIndexed = 100_000;
const mostFailedIndexes = 100_000;
/** Jobs of more indexes than this must say how many of them may fail. */
const manyCompletions = 100_000;
const mostFailedOfMany = 10_000;
const mostParallelOfMany = 10_000;
const longestManagedBy = 63;

function validateIndexed(spec: JobSpec, path: string): FieldError[] {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [];
  const atMost = (field: 'parallelism' | 'maxFailedIndexes', most: number, why: string): void => {
    const value = spec[field];
    if (typeof value === 'number' && value > most) {
      errors.push(invalidValue(`${path}.${field}`, value, `must be less than or equal to ${most}${why}`));
    }
  };
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  atMost('parallelism', mostParallelIndexed, ' when completion mode is Indexed');
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions) {
    errors.push(
      invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions'),
    );
  }
  atMost('maxFailedIndexes', mostFailedIndexes, '');
  if ((completions ?? 0) > manyCompletions && backoffLimitPerIndex !== undefined) {
    const many = ` when completions are above ${manyCompletions} and used with backoff limit per index`;
    if (maxFailedIndexes === undefined) {
      const why = `must be specified when completions is above ${manyCompletions}`;
      errors.push(required(`${path}.maxFailedIndexes`, why));
    }
    if (parallelism !== undefined) atMost('parallelism', mostParallelOfMany, many);
    atMost('maxFailedIndexes', mostFailedOfMany, many);
  }
  return errors;
}

function validateMode(spec: JobSpec, path: string): FieldError[] {
  const mode = spec.completionMode ?? 'NonIndexed';
  if (mode === 'Indexed') return validateIndexed(spec, path);
  const errors: FieldError[] = [];
  if (mode !== 'NonIndexed') {
    errors.push(notSupported(`${path}.completionMode`, mode, ['Indexed', 'NonIndexed']));
    return errors;
  }
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    if (spec[name] === undefined) continue;
    errors.push(invalidValue(`${path}.${name}`, spec[name], 'requires indexed completion mode'));
  }
  return errors;
}

/** 'acme.io/foo' */
function validateManagedBy(value: string | undefined, field: string): FieldError[] {
  if (value === undefined) return [];
  const slash = value.indexOf('/');
  const errors: FieldError[] = [];
  if (slash <= 0 || slash === value.length - 1) {
    errors.push(invalidValue(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else errors.push(...complaints(field, value.slice(0, slash), dns1123Subdomain(value.slice(0, slash))));
  if (Buffer.byteLength(value) > longestManagedBy) errors.push(tooLong(field, longestManagedBy));
  return errors;
}

function validateRestart(spec: JobSpec, path: string): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  const field = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always' || policy === '') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(field, policy, ['OnFailure', 'Never'])];
  if (policy === 'Never') return [];
  return (['podFailurePolicy', 'backoffLimitPerIndex'] as const)
    .filter(name => spec[name] !== undefined)
    .map(name => invalidValue(field, policy, `only "Never" is supported when ${name} is specified`));
}

function validateReplacement(spec: JobSpec, path: string): FieldError[] {
  const value = spec.podReplacementPolicy;
  if (value === undefined) return [];
  const supported = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return supported.includes(value) ? [] : [notSupported(`${path}.podReplacementPolicy`, value, supported)];
}

const numbers = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Everything but the selector, which only a job of its own has. */
export function validateJobSpec(spec: JobSpec, path: string): FieldError[] {
  const errors = notNegative(spec, path, numbers);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  return [
    ...errors,
    ...validateManagedBy(spec.managedBy, `${path}.managedBy`),
    ...validateMode(spec, path),
    ...validateFailurePolicy(spec, `${path}.podFailurePolicy`),
    ...validateSuccessPolicy(spec, `${path}.successPolicy`),
    ...validateReplacement(spec, path),
    ...validateTemplate(spec.template, `${path}.template`),
    ...validateRestart(spec, path),
  ];
}
