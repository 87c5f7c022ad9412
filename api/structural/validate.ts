/** Is a value what its schema demands? In the words of Kubernetes' validator. */
import { canonicalText, deepEqual, isObject, type JsonObject } from '../json.js';
import type { FieldError } from '../status.js';
import { invalidValue, notSupported, required, tooLong, tooMany, typeInvalid } from '../validation/errors.js';
import { formats } from '../validation/formats.js';
import { patternMatches } from '../validation/pattern.js';
import { fieldOf, isIntOrString, type JsonSchema } from './schema.js';

/** Errors beyond these are not looked for: somebody who has so many mends these first. */
const most = 100;

type Complain = (error: FieldError) => void;

/** `old` is what the object replaces: values that have not changed are not judged again. */
export function validateValue(value: unknown, schema: JsonSchema, path = '', old?: unknown): FieldError[] {
  const errors: FieldError[] = [];
  judge(value, schema, path, old, error => {
    if (errors.length < most) errors.push(error);
  });
  return errors;
}

function judge(value: unknown, schema: JsonSchema, path: string, old: unknown, complain: Complain): void {
  if (old !== undefined && deepEqual(value, old)) return;
  if (value === null && schema.nullable) return;
  if (!hasType(value, schema)) {
    const wanted = isIntOrString(schema) ? 'integer,string' : (schema.type as string);
    complain(
      typeInvalid(
        path,
        typeName(value),
        `${inBody(path)} must be of type ${wanted}: ${JSON.stringify(typeName(value))}`,
      ),
    );
    return;
  }
  judgeAny(value, schema, path, complain);
  if (typeof value === 'string') judgeString(value, schema, path, complain);
  else if (typeof value === 'number') judgeNumber(value, schema, path, complain);
  else if (Array.isArray(value)) judgeList(value, schema, path, old, complain);
  else if (isObject(value)) judgeObject(value, schema, path, old, complain);
  judgeJunctors(value, schema, path, complain);
}

const inBody = (path: string): string => `${path} in body`;

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function hasType(value: unknown, schema: JsonSchema): boolean {
  const found = typeName(value);
  if (isIntOrString(schema)) return found === 'integer' || found === 'string';
  const { type } = schema;
  return type === undefined || type === '' || type === found || (type === 'number' && found === 'integer');
}

function judgeAny(value: unknown, { enum: values }: JsonSchema, path: string, complain: Complain): void {
  if (!values || values.some(allowed => deepEqual(allowed, value))) return;
  complain(
    notSupported(
      path,
      value,
      values.map(allowed => (typeof allowed === 'string' ? allowed : JSON.stringify(allowed))),
    ),
  );
}

function judgeString(value: string, schema: JsonSchema, path: string, complain: Complain): void {
  const { minLength, maxLength, pattern, format } = schema;
  const invalid = (what: string): void => complain(invalidValue(path, value, `${inBody(path)} ${what}`));
  const length = minLength !== undefined || maxLength !== undefined ? [...value].length : 0;
  if (maxLength !== undefined && length > maxLength) complain(tooLong(path, maxLength));
  if (minLength !== undefined && length < minLength) invalid(`should be at least ${minLength} chars long`);
  if (pattern && !patternMatches(pattern, value)) invalid(`should match '${pattern}'`);
  const test = format && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (test && !test(value)) invalid(`must be of type ${format}: ${JSON.stringify(value)}`);
}

const integers: Record<string, number> = { int32: 2 ** 31, int64: 2 ** 63 };

function judgeNumber(value: number, schema: JsonSchema, path: string, complain: Complain): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const invalid = (what: string): void => complain(invalidValue(path, value, `${inBody(path)} ${what}`));
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    invalid(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    invalid(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  }
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) invalid(`should be a multiple of ${multipleOf}`);
  const bound = format === undefined ? undefined : integers[format];
  if (bound !== undefined && (value >= bound || value < -bound)) invalid(`must be of type ${format}: ${value}`);
}

/** 0.3 is a multiple of 0.1, though not to floating point. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function judgeList(value: unknown[], schema: JsonSchema, path: string, old: unknown, complain: Complain): void {
  const { minItems, maxItems, items, uniqueItems } = schema;
  if (maxItems !== undefined && value.length > maxItems) complain(tooMany(path, value.length, maxItems));
  if (minItems !== undefined && value.length < minItems) {
    complain(invalidValue(path, value.length, `${inBody(path)} should have at least ${minItems} items`));
  }
  if (uniqueItems && new Set(value.map(canonicalText)).size < value.length) {
    complain(invalidValue(path, value, `${inBody(path)} shouldn't contain duplicates`));
  }
  if (!items) return;
  const before = counterparts(old, schema);
  value.forEach((item, index) => {
    judge(item, items, `${path}[${index}]`, before(item), complain);
  });
}

/** Which item of the old list an item replaces: in a keyed list the one with its keys; else there is no telling. */
export function counterparts(old: unknown, schema: JsonSchema): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map' || !keys) return () => undefined;
  const keyOf = (item: unknown): string =>
    canonicalText(keys.map(key => (isObject(item) ? (item[key] ?? null) : null)));
  const byKey = new Map(old.map(item => [keyOf(item), item]));
  return item => byKey.get(keyOf(item));
}

function judgeObject(value: JsonObject, schema: JsonSchema, path: string, old: unknown, complain: Complain): void {
  const names = Object.keys(value);
  const { minProperties, maxProperties } = schema;
  if (maxProperties !== undefined && names.length > maxProperties) complain(tooMany(path, names.length, maxProperties));
  if (minProperties !== undefined && names.length < minProperties) {
    complain(invalidValue(path, names.length, `${inBody(path)} should have at least ${minProperties} properties`));
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) complain(required(path === '' ? name : `${path}.${name}`));
  }
  for (const name of names) {
    const field = fieldOf(schema, name);
    const before = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    if (field) judge(value[name], field, path === '' ? name : `${path}.${name}`, before, complain);
  }
}

function judgeJunctors(value: unknown, schema: JsonSchema, path: string, complain: Complain): void {
  const fails = (alternative: JsonSchema): FieldError[] => validateValue(value, alternative, path);
  // Of these no field is named: Go prints the path that is not there as <nil>.
  const composite = (what: string): void => complain(invalidValue('<nil>', '', `${JSON.stringify(path)} ${what}`));
  for (const part of schema.allOf ?? []) {
    const errors = fails(part);
    if (errors.length > 0) composite('must validate all the schemas (allOf)');
    errors.forEach(complain);
  }
  if (schema.anyOf && schema.anyOf.length > 0) {
    const results = schema.anyOf.map(fails);
    if (results.every(errors => errors.length > 0)) {
      composite('must validate at least one schema (anyOf)');
      fewest(results).forEach(complain);
    }
  }
  if (schema.oneOf && schema.oneOf.length > 0) {
    const results = schema.oneOf.map(fails);
    const valid = results.filter(errors => errors.length === 0).length;
    if (valid === 0) {
      composite('must validate one and only one schema (oneOf). Found none valid');
      fewest(results).forEach(complain);
    } else if (valid > 1) composite(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
  }
  if (schema.not && fails(schema.not).length === 0) composite('must not validate the schema (not)');
}

/** The alternative that the value comes nearest to. */
const fewest = (results: readonly FieldError[][]): FieldError[] =>
  results.reduce((best, errors) => (errors.length < best.length ? errors : best));
