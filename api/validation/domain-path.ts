import type { FieldError } from '../status.js';
import { complaints, invalidValue, required } from './errors.js';
import { dns1123Subdomain } from './strings.js';

const pathCharacters = String.raw`[A-Za-z0-9/\-._~%!$&'()*+,;=:]+`;

/** A name below somebody's domain: 'example.com/controller'. */
export function validateDomainPath(value: string, field: string): FieldError[] {
  if (value === '') return [required(field)];
  const slash = value.indexOf('/');
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 1 || path === '') {
    return [invalidValue(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = complaints(field, host, dns1123Subdomain(host));
  if (new RegExp(`^${pathCharacters}$`).test(path)) return errors;
  return [...errors, invalidValue(field, path, `Invalid path (regex used for validation is '${pathCharacters}')`)];
}
