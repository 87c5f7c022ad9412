/** What controllers report of their replicas must add up. */
import type { FieldError } from '../../status.js';
import { invalidValue } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';

type Counts = Partial<Record<string, unknown>>;

const countOf = (status: Counts, name: string): number => (typeof status[name] === 'number' ? status[name] : 0);

/** None of the counts is negative, and none of `parts` is more than status.replicas. */
export function validateCounts(
  status: object | undefined,
  parts: readonly string[],
  others: readonly string[] = [],
): FieldError[] {
  const counts = (status ?? {}) as Counts;
  const errors: FieldError[] = [];
  for (const name of ['replicas', ...parts, ...others]) {
    const value = countOf(counts, name);
    if (value < 0) errors.push(invalidValue(`status.${name}`, value, nonNegative));
  }
  const replicas = countOf(counts, 'replicas');
  for (const name of parts) {
    const value = countOf(counts, name);
    if (value > replicas) errors.push(invalidValue(`status.${name}`, value, 'cannot be greater than status.replicas'));
  }
  const available = countOf(counts, 'availableReplicas');
  if (available > countOf(counts, 'readyReplicas')) {
    errors.push(invalidValue('status.availableReplicas', available, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
