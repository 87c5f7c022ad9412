/**
 * Kubernetes' `Status` object as an error, with the reasons, codes and messages that clients know
 * (k8s.io/apimachinery/pkg/api/errors is where the field learned them). The API server throws these, and clients
 * parse what they receive into the same class, so that `error.reason === 'NotFound'` works on both sides.
 */
import type { Status, StatusCause } from './types.js';

export type Reason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'Timeout'
  | 'ServerTimeout'
  | 'Unknown';

const codes: Record<Reason, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  Unknown: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 500,
  Timeout: 504,
};

export class StatusError extends Error {
  constructor(readonly status: Status) {
    super(status.message ?? status.reason ?? 'unknown error');
    this.name = 'StatusError';
  }
  get reason(): Reason {
    return (this.status.reason ?? 'Unknown') as Reason;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** What an error is about: `group` is '' for core, `resource` is the plural ("pods"). */
export interface ResourceName {
  group: string;
  resource: string;
  name?: string;
}

/** "pods" or "roles.rbac.authorization.k8s.io", as Kubernetes' messages say it. */
export const qualified = (r: { group: string; resource: string }): string =>
  r.group === '' ? r.resource : `${r.resource}.${r.group}`;

export function statusError(reason: Reason, message: string, details?: Status['details']): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code: codes[reason],
  });
}

const details = (r: ResourceName, causes?: StatusCause[]): NonNullable<Status['details']> => ({
  ...(r.name === undefined ? {} : { name: r.name }),
  ...(r.group === '' ? {} : { group: r.group }),
  kind: r.resource,
  ...(causes ? { causes } : {}),
});

export const notFound = (r: ResourceName): StatusError =>
  statusError('NotFound', `${qualified(r)} "${r.name}" not found`, details(r));

export const alreadyExists = (r: ResourceName): StatusError =>
  statusError('AlreadyExists', `${qualified(r)} "${r.name}" already exists`, details(r));

export const conflict = (r: ResourceName, why: string): StatusError =>
  statusError('Conflict', `Operation cannot be fulfilled on ${qualified(r)} "${r.name}": ${why}`, details(r));

/** The conflict that every optimistic writer knows. */
export const staleWrite = (r: ResourceName): StatusError =>
  conflict(r, 'the object has been modified; please apply your changes to the latest version and try again');

export const forbidden = (r: ResourceName, why: string): StatusError =>
  statusError('Forbidden', `${qualified(r)}${r.name ? ` "${r.name}"` : ''} is forbidden: ${why}`, details(r));

export const badRequest = (message: string): StatusError => statusError('BadRequest', message);

export const expired = (message: string): StatusError => statusError('Expired', message);

/** One thing wrong with a field; `type` and the wording of `message` are those of k8s field.Error. */
export interface FieldError {
  type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound';
  /** 'spec.containers[0].image' */
  field: string;
  /** 'Required value', 'Invalid value: "x": must be …': everything that follows "field: " in the message. */
  message: string;
}

/** So many errors are told: somebody who has more mends these first. */
const maxFieldErrors = 100;

/** `Pod "x" is invalid: spec.a: Required value`, several in square brackets, as Kubernetes words it. */
export function invalid(kind: string, group: string, name: string, errors: readonly FieldError[]): StatusError {
  const told = errors.slice(0, maxFieldErrors);
  const said = told.map(e => `${e.field}: ${e.message}`);
  if (errors.length > told.length) said.push(`and ${errors.length - told.length} more`);
  const list = said.length === 1 ? said[0] : `[${said.join(', ')}]`;
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`;
  return statusError('Invalid', `${qualifiedKind} "${name}" is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind,
    causes: told.map(e => ({ reason: e.type, message: e.message, field: e.field })),
  });
}
