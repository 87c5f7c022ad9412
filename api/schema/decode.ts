/**
 * From the bytes of a request to an object of a kind. What is wrong is told as Kubernetes tells it; what is unknown is
 * removed, and refused, told about or passed over as the request's fieldValidation asks.
 */
import { isObject, type JsonObject } from '../json.js';
import { acceptsAnyVersion, type BodyType, bodyVersion } from '../kinds/subresources.js';
import { badRequest, type StatusError, statusError } from '../status.js';
import { conformStructural } from '../structural/conform.js';
import type { AnyObject } from '../types.js';
import { conform, maxDepth } from './conform.js';
import { found } from './scalars.js';
import { count, duplicatesIn, fieldsIn } from './scan.js';

/** Kubernetes' limit of a request's body, in bytes. */
export const maxBodyBytes = 3 * 1024 * 1024;

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface DecodeOptions {
  /** 'Warn' unless said. */
  fieldValidation?: FieldValidation;
}

export interface Decoded {
  object: AnyObject;
  /** 'unknown field "spec.foo"': for the Warning header. Empty unless fieldValidation is 'Warn'. */
  warnings: string[];
}

export interface ParsedJson {
  value: unknown;
  /** 'duplicate field "spec.replicas"': the last of each has won. */
  problems: string[];
}

/** The value of a JSON text. Throws BadRequest, and RequestEntityTooLarge over maxBodyBytes. */
export function parseJson(body: string | Uint8Array): ParsedJson {
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (size > maxBodyBytes) {
    throw statusError('RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
  }
  const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, size).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
  const { fields, depth } = count(text);
  if (depth > maxDepth) throw badRequest(`json: exceeded max depth: the body is nested over ${maxDepth} levels deep`);
  const duplicates = fields === fieldsIn(value) ? [] : duplicatesIn(text);
  return { value, problems: duplicates.map(path => `duplicate field ${JSON.stringify(path)}`) };
}

const cannotHandle = (type: BodyType, why: string): StatusError =>
  badRequest(`${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: ${why}`);

function textField(value: JsonObject, name: 'apiVersion' | 'kind'): string {
  const text = value[name] ?? '';
  if (typeof text === 'string') return text;
  const mismatch = `json: cannot unmarshal ${found(text)} into Go struct field .${name} of type string`;
  throw badRequest(`couldn't get version/kind; json parse error: ${mismatch}`);
}

/** apiVersion and kind are those of the type: left out, they are filled in; different, the body is refused. */
function checkIdentity(type: BodyType, value: JsonObject): void {
  const [apiVersion, kind] = [textField(value, 'apiVersion'), textField(value, 'kind')];
  const expected = bodyVersion(type);
  if (apiVersion !== '' && !acceptsAnyVersion(type)) {
    if (apiVersion !== expected) {
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
      );
    }
  } else value.apiVersion = expected;
  if (kind !== '' && kind !== type.kind) {
    throw badRequest(
      `${kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: the object provided is unrecognized (must be of type ${type.kind})`,
    );
  }
  value.kind = type.kind;
}

/** A JSON value as an object of the type; takes it over. `problems` are those found before. Throws BadRequest. */
export function decodeValue(
  type: BodyType,
  value: unknown,
  options: DecodeOptions = {},
  problems: readonly string[] = [],
): Decoded {
  if (!isObject(value)) {
    const what = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    throw badRequest(`json: cannot unmarshal ${what} into Go value of type v1.${type.kind}`);
  }
  checkIdentity(type, value);
  const report = type.structural ? conformStructural(value, type.structural) : conform(type, value);
  if (report.wrong !== undefined) throw cannotHandle(type, report.wrong);
  const all = [...report.unknown.map(path => `unknown field ${JSON.stringify(path)}`), ...problems];
  const mode = options.fieldValidation ?? 'Warn';
  if (mode === 'Strict' && all.length > 0) throw cannotHandle(type, `strict decoding error: ${all.join(', ')}`);
  value.metadata ??= {};
  return { object: value as AnyObject, warnings: mode === 'Warn' ? all : [] };
}

/** A JSON body as an object of the type. Throws BadRequest or RequestEntityTooLarge. */
export function decode(type: BodyType, body: string | Uint8Array, options: DecodeOptions = {}): Decoded {
  const { value, problems } = parseJson(body);
  return decodeValue(type, value, options, problems);
}
