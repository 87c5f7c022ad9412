/** JSON as the values that CEL computes with, and back. Integers are BigInt there, times Dates, durations Durations. */
import { Optional } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { isObject, type JsonObject } from '../json.js';
import { parseDuration } from './duration.js';
import { type CelType, escapeName } from './types.js';

/** An object with named fields. Each such type of an environment is a class of its own, by which CEL knows it. */
export type ObjectClass = new () => Map<string, unknown>;

/** Finds the class of an object type. */
export type ClassOf = (type: CelType & { kind: 'object' }) => ObjectClass;

/** A value of which no schema is known: whole numbers are integers, as Kubernetes takes them. */
export function fromJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (!isObject(value)) return value ?? null;
  return new Map(Object.entries(value).map(([key, field]) => [key, fromJson(field)]));
}

/** A JSON value as CEL sees it by its type. What does not have its type is passed as what it is. */
export function toCel(value: unknown, type: CelType, classOf: ClassOf): unknown {
  if (type.kind === 'native') return value;
  if (type.kind === 'optional') return Optional.of(value === undefined ? undefined : toCel(value, type.of, classOf));
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'list':
      return Array.isArray(value) ? value.map(item => toCel(item, type.items, classOf)) : fromJson(value);
    case 'map':
      if (!isObject(value)) return fromJson(value);
      return new Map(Object.entries(value).map(([key, field]) => [key, toCel(field, type.values, classOf)]));
    case 'object':
      return isObject(value) ? toObject(value, type, classOf) : fromJson(value);
    case 'scalar':
      return toScalar(value, type.scalar);
  }
}

function toObject(value: JsonObject, type: CelType & { kind: 'object' }, classOf: ClassOf): object {
  const made = new (classOf(type))();
  for (const [name, field] of type.fields) {
    const escaped = escapeName(name);
    if (escaped === undefined || !Object.hasOwn(value, name) || value[name] === undefined) continue;
    made.set(escaped, toCel(value[name], field, classOf));
  }
  return made;
}

function toScalar(value: unknown, scalar: string): unknown {
  if (scalar === 'double' && typeof value === 'number') return value;
  if (typeof value === 'string') {
    if (scalar === 'timestamp') return dateOf(value) ?? value;
    if (scalar === 'duration') return parseDuration(value) ?? value;
    if (scalar === 'bytes') return Buffer.from(value, 'base64');
  }
  return fromJson(value);
}

function dateOf(text: string): Date | undefined {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** What an expression answered, as JSON; a value that JSON does not have (a Quantity, an IP) as its text. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Duration) return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, field]) => [String(key), toJson(field)]));
  }
  if (!isObject(value)) return value;
  if (typeof value.toString === 'function' && value.toString !== Object.prototype.toString) return value.toString();
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toJson(field)]));
}
