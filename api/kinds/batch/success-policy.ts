/** spec.successPolicy: which indexes are enough for a job to have succeeded. */
import type { FieldError } from '../../status.js';
import type { JobSpec } from '../../types.js';
import { invalidValue, required, tooLong, tooMany } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';

type Rule = NonNullable<JobSpec['successPolicy']>['rules'][number];

const mostRules = 20;
const longestIndexes = 64 * 1024;

/** How many indexes '1,3-5' names; the complaint where it is no ascending list of indexes below `completions`. */
export function countIndexes(text: string, completions: number): number | string {
  let total = 0;
  let last = -1;
  for (const part of text.split(',')) {
    const bounds = part.split('-');
    if (bounds.length > 2) return 'invalid format for the interval of indexes: must be of the form X or X-Y';
    const [low, high = low] = bounds.map(bound => (/^\d+$/.test(bound) ? Number(bound) : Number.NaN));
    if (low === undefined || high === undefined || Number.isNaN(low) || Number.isNaN(high)) {
      return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
    }
    if (high >= completions) return `too large index: ${JSON.stringify(String(high))}`;
    if (low <= last) return `non-increasing order, previous: ${last}, current: ${low}`;
    if (high < low) return `non-increasing order, previous: ${low}, current: ${high}`;
    total += high - low + 1;
    last = high;
  }
  return total;
}

function validateRule(rule: Rule, path: string, completions: number): FieldError[] {
  const errors: FieldError[] = [];
  const { succeededCount, succeededIndexes } = rule;
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let indexes: number | undefined;
  if (succeededIndexes !== undefined) {
    const field = `${path}.succeededIndexes`;
    if (Buffer.byteLength(succeededIndexes) > longestIndexes) return [...errors, tooLong(field, longestIndexes)];
    const counted = countIndexes(succeededIndexes, completions);
    if (typeof counted === 'number') indexes = counted;
    else errors.push(invalidValue(field, succeededIndexes, `error parsing succeededIndexes: ${counted}`));
  }
  if (succeededCount === undefined) return errors;
  const field = `${path}.succeededCount`;
  if (succeededCount < 0) errors.push(invalidValue(field, succeededCount, nonNegative));
  if (succeededCount > completions) {
    const why = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalidValue(field, succeededCount, why));
  }
  if (indexes !== undefined && succeededCount > indexes) {
    const why = `must be less than or equal to ${indexes} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalidValue(field, succeededCount, why));
  }
  return errors;
}

export function validateSuccessPolicy(spec: JobSpec, path: string): FieldError[] {
  const policy = spec.successPolicy;
  if (!policy) return [];
  const rules = policy.rules ?? [];
  const field = `${path}.rules`;
  if (spec.completionMode !== 'Indexed') return [invalidValue(path, policy, 'requires indexed completion mode')];
  if (rules.length === 0)
    return [required(field, 'at least one rules must be specified when the successPolicy is specified')];
  if (rules.length > mostRules) return [tooMany(field, rules.length, mostRules)];
  return rules.flatMap((rule, index) => validateRule(rule, `${field}[${index}]`, spec.completions ?? 0));
}
