/** The names of drivers, and what they are told: opaque to Kubernetes, but not without limits. */
import type { FieldError } from '../../status.js';
import { complaints, invalidValue, required, tooLong, tooManyProperties } from '../../validation/errors.js';
import { qualifiedName } from '../../validation/strings.js';

export const storageGroup = 'storage.k8s.io';

const mostParameters = 512;
const mostBytes = 256 * 1024;

export function validateDriver(name: string | undefined, field: string): FieldError[] {
  if (!name) return [required(field)];
  return complaints(field, name, qualifiedName(name.toLowerCase()));
}

export const bytesOf = (map: Record<string, string>): number =>
  Object.entries(map).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);

export function validateParameters(parameters: Record<string, string> | undefined | null, field: string): FieldError[] {
  const keys = Object.keys(parameters ?? {});
  if (keys.length > mostParameters) return [tooManyProperties(field, keys.length, mostParameters)];
  const errors = keys.filter(key => key === '').map(key => invalidValue(field, key, 'field can not be empty.'));
  if (bytesOf(parameters ?? {}) > mostBytes) errors.push(tooLong(field, mostBytes));
  return errors;
}
