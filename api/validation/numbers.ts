/** Numbers, and numbers that may be percentages, as fields hold them. */
import type { FieldError } from '../status.js';
import { invalidValue, required } from './errors.js';
import { nonNegative } from './strings.js';

/** Of the named fields, those that are set and below zero. */
export function notNegative<T extends object>(
  holder: T | undefined | null,
  path: string,
  names: readonly (keyof T & string)[],
): FieldError[] {
  return names.flatMap(name => {
    const value = holder?.[name];
    return typeof value === 'number' && value < 0 ? [invalidValue(`${path}.${name}`, value, nonNegative)] : [];
  });
}

/** A counter may rise, and never fall; absent is zero. */
export function notDecremented(now: number | undefined, before: number | undefined, field: string): FieldError[] {
  return (now ?? 0) < (before ?? 0) ? [invalidValue(field, now ?? 0, 'cannot be decremented')] : [];
}

const percentMessage =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** '25%' is 25; undefined for what is no percentage. */
const percentOf = (value: number | string): number | undefined =>
  typeof value === 'string' && /^[0-9]+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;

/** The number itself, or that of the percentage. */
export const amountOf = (value: number | string | undefined): number =>
  typeof value === 'number' ? value : (percentOf(value ?? '') ?? 0);

/** A number that is not negative, or a percentage. */
export function intOrPercent(value: number | string | undefined, field: string): FieldError[] {
  if (value === undefined) return [required(field)];
  if (typeof value === 'string') {
    return percentOf(value) === undefined ? [invalidValue(field, value, percentMessage)] : [];
  }
  return value < 0 ? [invalidValue(field, value, nonNegative)] : [];
}

export const atMostAll = (value: number | string | undefined, field: string): FieldError[] =>
  (percentOf(value ?? 0) ?? 0) > 100 ? [invalidValue(field, value, 'must not be greater than 100%')] : [];
