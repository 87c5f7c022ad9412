import type { FieldError } from '../../status.js';
import { invalidValue } from '../../validation/errors.js';

/** A path inside something: relative, and never out of it. */
export function validateInnerPath(value: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (value.startsWith('/')) errors.push(invalidValue(field, value, 'must be a relative path'));
  if (value.split('/').includes('..')) errors.push(invalidValue(field, value, "must not contain '..'"));
  return errors;
}

/** The same of a file that is written: names that begin with '..' are how a volume is exchanged in one step. */
export function validateFilePath(value: string, field: string): FieldError[] {
  const errors = validateInnerPath(value, field);
  if (value.startsWith('..') && errors.length === 0)
    errors.push(invalidValue(field, value, "must not start with '..'"));
  return errors;
}
