/** Field errors in Kubernetes' words (k8s.io/apimachinery field.Error). */
import type { FieldError } from '../status.js';

/** Values appear as Go prints them: strings quoted, numbers and booleans plain, the rest as JSON. */
const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

const say = (type: FieldError['type'], field: string, what: string, detail: string): FieldError => ({
  type,
  field,
  message: detail === '' ? what : `${what}: ${detail}`,
});

export const required = (field: string, detail = ''): FieldError =>
  say('FieldValueRequired', field, 'Required value', detail);

export const invalidValue = (field: string, value: unknown, detail: string): FieldError =>
  say('FieldValueInvalid', field, `Invalid value: ${shown(value)}`, detail);

/** Where the value would say nothing: it is a whole object, or it is what is missing. */
export const withoutValue = (field: string, detail: string): FieldError =>
  say('FieldValueInvalid', field, 'Invalid value', detail);

export const forbiddenField = (field: string, detail: string): FieldError =>
  say('FieldValueForbidden', field, 'Forbidden', detail);

export const duplicate = (field: string, value: unknown): FieldError =>
  say('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`, '');

export const notFoundValue = (field: string, value: unknown): FieldError =>
  say('FieldValueNotFound', field, `Not found: ${shown(value)}`, '');

export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  say('FieldValueTypeInvalid', field, `Invalid value: ${shown(value)}`, detail);

export const tooLong = (field: string, bytes: number): FieldError =>
  say('FieldValueTooLong', field, 'Too long', `may not be more than ${bytes} bytes`);

export const tooMany = (field: string, count: number, most: number): FieldError =>
  say('FieldValueTooMany', field, `Too many: ${count}`, `must have at most ${most} items`);

export const tooManyProperties = (field: string, count: number, most: number): FieldError =>
  say('FieldValueTooMany', field, `Too many: ${count}`, `must have at most ${most} entries`);

export const immutable = (field: string, value: unknown): FieldError =>
  invalidValue(field, value, 'field is immutable');

/** The supported values are named in the order given: sort them where Kubernetes does. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  say(
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${shown(value)}`,
    `supported values: ${supported.map(v => JSON.stringify(v)).join(', ')}`,
  );

/** One error for each complaint about the value. */
export const complaints = (field: string, value: unknown, said: readonly string[]): FieldError[] =>
  said.map(detail => invalidValue(field, value, detail));

/** An enumeration: nothing when absent is allowed and it is, else one of the values. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value === undefined || value === '') return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, [...supported].sort())];
}

/** `spec.a` for ('spec', 'a'), and `a` for ('', 'a'). */
export const child = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
