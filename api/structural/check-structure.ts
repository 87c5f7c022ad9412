/**
 * Is a schema structural: does it say of every field what type it has, outside of allOf, anyOf, oneOf and not? Only then
 * can objects be pruned and completed by it.
 */
import { deepEqual, isObject, type JsonObject } from '../json.js';
import type { FieldError } from '../status.js';
import { forbiddenField, invalidValue, required } from '../validation/errors.js';
import { compilePattern } from '../validation/pattern.js';
import { isEmbedded, isIntOrString, type JsonSchema, preserves, valuesOf } from './schema.js';

type Level = 'root' | 'item' | 'field';

const untyped: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const intOrString = [{ type: 'integer' }, { type: 'string' }];

export function checkStructure(schema: JsonSchema, path: string): FieldError[] {
  return checkLevel(schema, path, 'root');
}

function checkLevel(schema: JsonSchema, path: string, level: Level): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'));
  if (isObject(schema.items)) errors.push(...checkLevel(schema.items as JsonSchema, `${path}.items`, 'item'));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkLevel(property, `${path}.properties[${name}]`, 'field'));
  }
  if (schema.additionalProperties !== undefined && level === 'root') {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  const values = valuesOf(schema);
  if (values) errors.push(...checkLevel(values, `${path}.additionalProperties`, 'field'));
  errors.push(
    ...checkExtensions(schema, path),
    ...checkType(schema, path, level),
    ...checkResource(schema, path, level),
  );
  return [...errors, ...checkValues(schema, path, deepEqual(schema.anyOf, intOrString))];
}

function checkExtensions(schema: JsonSchema, path: string): FieldError[] {
  if (!isIntOrString(schema)) return [];
  const why = 'must be false if x-kubernetes-int-or-string is true';
  return [
    ...(preserves(schema) ? [invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, true, why)] : []),
    ...(isEmbedded(schema) ? [invalidValue(`${path}.x-kubernetes-embedded-resource`, true, why)] : []),
  ];
}

function checkType(schema: JsonSchema, path: string, level: Level): FieldError[] {
  const at = `${path}.type`;
  if (isEmbedded(schema) && schema.type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    return [schema.type ? invalidValue(at, schema.type, why) : required(at, why)];
  }
  if (!schema.type && !isIntOrString(schema) && !preserves(schema)) return [required(at, untyped[level])];
  if (level === 'root' && schema.type && schema.type !== 'object')
    return [invalidValue(at, schema.type, 'must be object at the root')];
  return [];
}

/** What an object that is a resource says of its own apiVersion, kind and metadata. */
function checkResource(schema: JsonSchema, path: string, level: Level): FieldError[] {
  const embedded = isEmbedded(schema);
  if (level !== 'root' && !embedded) return [];
  const errors: FieldError[] = [];
  if (embedded && schema.additionalProperties !== undefined) {
    errors.push(
      forbiddenField(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    );
  }
  for (const [name, type] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const said = schema.properties?.[name];
    if (said && said.type !== type)
      errors.push(invalidValue(`${path}.properties[${name}].type`, said.type ?? '', `must be ${type}`));
  }
  if (level === 'root' && schema.properties?.metadata) errors.push(...checkMetadata(schema.properties.metadata, path));
  if (embedded && !preserves(schema) && Object.keys(schema.properties ?? {}).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, why));
  }
  return errors;
}

const metadataMay = new Set(['type', 'properties', 'description', 'default']);

function checkMetadata(metadata: JsonSchema, path: string): FieldError[] {
  const names = Object.keys(metadata.properties ?? {});
  const plain = Object.keys(metadata).every(key => metadataMay.has(key) || (metadata as JsonObject)[key] === undefined);
  if (plain && names.every(name => name === 'name' || name === 'generateName')) return [];
  const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [forbiddenField(`${path}.properties[metadata]`, why)];
}

/** `skipAnyOf`: the one anyOf that may name types says "an integer or a string". */
function checkValues(schema: JsonSchema, path: string, skipAnyOf = false): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.pattern) {
    const { error } = compilePattern(schema.pattern);
    if (error !== undefined) {
      const why = `must be a valid regular expression, but isn't: ${error}`;
      errors.push(invalidValue(`${path}.pattern`, schema.pattern, why));
    }
  }
  schema.allOf?.forEach((inner, i) => {
    errors.push(...checkNested(inner, `${path}.allOf[${i}]`, i === 0 && deepEqual(inner.anyOf, intOrString)));
  });
  if (!skipAnyOf) {
    schema.anyOf?.forEach((inner, i) => {
      errors.push(...checkNested(inner, `${path}.anyOf[${i}]`));
    });
  }
  schema.oneOf?.forEach((inner, i) => {
    errors.push(...checkNested(inner, `${path}.oneOf[${i}]`));
  });
  if (schema.not) errors.push(...checkNested(schema.not, `${path}.not`));
  return errors;
}

/** What must stand outside of allOf, anyOf, oneOf and not, and how Kubernetes says so. */
const outside: Record<string, string> = {
  type: 'must be empty to be structural',
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  title: 'must be empty to be structural',
  description: 'must be empty to be structural',
  nullable: 'must be false to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-map-keys': 'must be empty to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
  'x-kubernetes-map-type': 'must be undefined to be structural',
};

function checkNested(schema: JsonSchema, path: string, skipAnyOf = false): FieldError[] {
  const errors = checkValues(schema, path, skipAnyOf);
  if (isObject(schema.items)) errors.push(...checkNested(schema.items as JsonSchema, `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNested(property, `${path}.properties[${name}]`));
  }
  for (const [name, why] of Object.entries(outside)) {
    const said = (schema as JsonObject)[name];
    if (said !== undefined && said !== '' && said !== false) errors.push(forbiddenField(`${path}.${name}`, why));
  }
  if (schema.properties?.metadata) {
    errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return errors;
}
