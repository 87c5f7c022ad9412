/** What is wrong with a schema that a definition brings, beyond its being structural (see check-structure.ts). */
import { deepEqual, isObject, type JsonObject } from '../json.js';
import type { FieldError } from '../status.js';
import { forbiddenField, invalidValue, notSupported, required } from '../validation/errors.js';
import { checkDefaults } from './check-defaults.js';
import { checkCosts, checkRules } from './check-rules.js';
import { checkStructure } from './check-structure.js';
import type { JsonSchema } from './schema.js';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What OpenAPI 3 has and a definition must not use. */
const unsupported: Record<string, string> = {
  id: 'id is not supported',
  additionalItems: 'additionalItems is not supported',
  patternProperties: 'patternProperties is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
  $ref: '$ref is not supported',
};

/** So deep a schema, and no deeper: everything about it is recursive. */
const maxDepth = 100;

/** Everything wrong with the schema of a version. Rules are compiled only where the rest is right. */
export function checkSchema(schema: JsonSchema, path: string): FieldError[] {
  if (depthOf(schema, 0) > maxDepth) return [invalidValue(path, '', `must not be nested over ${maxDepth} levels deep`)];
  const errors = [
    ...(schema.nullable ? [forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root')] : []),
    ...checkNode(schema, path),
    ...checkStructure(schema, path),
  ];
  if (errors.length > 0) return errors;
  const wrong = checkDefaults(schema, path);
  return wrong.length > 0 ? wrong : checkRules(schema, path);
}

/** Which rules of a new schema cost too much; `old` is the one before, if it may be as dear as it was. */
export function checkNewCosts(schema: JsonSchema, path: string, old?: JsonSchema): FieldError[] {
  const unchanged = old !== undefined && deepEqual(schema, old);
  if (unchanged || checkSchema(schema, path).length > 0) return [];
  const errors = checkCosts(schema, path);
  // Whoever had a rule that was too dear before there were limits is not kept from changing something else.
  return errors.length > 0 && old !== undefined && checkCosts(old, path).length > 0 ? [] : errors;
}

function depthOf(value: unknown, depth: number): number {
  if (depth > maxDepth * 2 || typeof value !== 'object' || value === null) return depth / 2;
  return Math.max(depth / 2, ...Object.values(value).map(inner => depthOf(inner, depth + 1)));
}

function checkNode(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type === 'null') {
    errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  } else if (schema.type && !types.includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, types));
  for (const [name, why] of Object.entries(unsupported)) {
    const value = (schema as JsonObject)[name];
    if (value !== undefined && value !== '') errors.push(forbiddenField(`${path}.${name}`, why));
  }
  if (Array.isArray(schema.items))
    errors.push(forbiddenField(`${path}.items`, 'items must be a schema object and not an array'));
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbiddenField(`${path}.uniqueItems`, why));
  }
  const closed = schema.additionalProperties !== undefined && schema.additionalProperties !== true;
  if (closed && Object.keys(schema.properties ?? {}).length > 0) {
    errors.push(
      forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  return [...errors, ...checkMapType(schema, path), ...checkListType(schema, path), ...checkInner(schema, path)];
}

function checkInner(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    errors.push(...checkNode(inner, `${path}.properties[${name}]`));
  if (isObject(schema.additionalProperties))
    errors.push(...checkNode(schema.additionalProperties as JsonSchema, `${path}.additionalProperties`));
  if (isObject(schema.items)) errors.push(...checkNode(schema.items as JsonSchema, `${path}.items`));
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[junctor]?.forEach((inner, index) => {
      errors.push(...checkNode(inner, `${path}.${junctor}[${index}]`));
    });
  }
  if (schema.not) errors.push(...checkNode(schema.not, `${path}.not`));
  return errors;
}

function mustBe(schema: JsonSchema, path: string, type: string, because: string): FieldError[] {
  if (schema.type === type) return [];
  const why = `must be ${type} if ${because} is specified`;
  return [schema.type ? invalidValue(`${path}.type`, schema.type, why) : required(`${path}.type`, why)];
}

function checkMapType(schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-map-type'];
  if (type === undefined) return [];
  const at = `${path}.x-kubernetes-map-type`;
  return [
    ...mustBe(schema, path, 'object', 'x-kubernetes-map-type'),
    ...(type === 'atomic' || type === 'granular' ? [] : [notSupported(at, type, ['atomic', 'granular'])]),
  ];
}

function checkListType(schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-type`;
  const errors: FieldError[] = [];
  if (keys.length > 0 && type !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(type === undefined ? required(at, why) : invalidValue(at, type, why));
  }
  if (type === undefined) return errors;
  errors.push(...mustBe(schema, path, 'array', 'x-kubernetes-list-type'));
  if (!['atomic', 'set', 'map'].includes(type)) errors.push(notSupported(at, type, ['atomic', 'set', 'map']));
  const { items } = schema;
  if (items?.nullable && type !== 'atomic') {
    errors.push(forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`));
  }
  if (type === 'set' && items) errors.push(...checkSetItems(items, `${path}.items`));
  return type === 'map' ? [...errors, ...checkKeys(items, keys, path)] : errors;
}

function checkSetItems(items: JsonSchema, path: string): FieldError[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const [list, map] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  if (items.type === 'array' && list !== undefined && list !== 'atomic')
    return [invalidValue(`${path}.x-kubernetes-list-type`, list, why)];
  if (items.type === 'object' && map !== 'atomic') return [invalidValue(`${path}.x-kubernetes-map-type`, map, why)];
  return [];
}

function checkKeys(items: JsonSchema | undefined, keys: readonly string[], path: string): FieldError[] {
  const at = `${path}.x-kubernetes-list-map-keys`;
  const errors: FieldError[] = [];
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) return [...errors, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, items.type ?? '', why)];
  }
  if (new Set(keys).size < keys.length) errors.push(invalidValue(at, keys, 'must not contain duplicate entries'));
  for (const key of new Set(keys)) {
    const property = items.properties?.[key];
    const field = `${path}.items.properties[${key}]`;
    if (!property) {
      errors.push(invalidValue(at, keys, 'entries must all be names of item properties'));
      continue;
    }
    if (property.type === 'array' || property.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidValue(`${field}.type`, property.type, why));
    }
    if (!items.required?.includes(key) && property.default === undefined) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(required(`${field}.default`, why));
    }
    if (property.nullable) {
      const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbiddenField(`${field}.nullable`, why));
    }
  }
  return errors;
}
