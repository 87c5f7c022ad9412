/** Fills in what a schema gives, and drops nulls that it does not allow. */
import { clone, isObject, type JsonObject, put } from '../json.js';
import { fieldOf, type JsonSchema } from './schema.js';

const isStrayNull = (value: unknown, schema: JsonSchema | undefined): boolean =>
  value === null && schema !== undefined && schema.nullable !== true;

/** In place. */
export function applyDefaults(value: unknown, schema: JsonSchema | undefined): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      if (isStrayNull(item, schema.items) && schema.items?.default !== undefined) {
        value[index] = clone(schema.items.default);
      }
      applyDefaults(value[index], schema.items);
    });
  } else if (isObject(value)) fillFields(value, schema);
}

function fillFields(value: JsonObject, schema: JsonSchema): void {
  for (const name of Object.keys(value)) {
    const field = fieldOf(schema, name);
    if (!isStrayNull(value[name], field)) continue;
    if (field?.default === undefined) delete value[name];
    else put(value, name, clone(field.default));
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined && !Object.hasOwn(value, name)) put(value, name, clone(field.default));
  }
  for (const name of Object.keys(value)) applyDefaults(value[name], fieldOf(schema, name));
}

const known = new WeakMap<JsonSchema, boolean>();

/** Does the schema give anything at all? */
export function hasDefaults(schema: JsonSchema): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    const inner = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
    if (isObject(schema.additionalProperties)) inner.push(schema.additionalProperties as JsonSchema);
    found = schema.default !== undefined || inner.some(hasDefaults);
    known.set(schema, found);
  }
  return found;
}

/** Is something missing that `applyDefaults` would fill in? */
export function lacksDefaults(value: unknown, schema: JsonSchema | undefined): boolean {
  if (!schema || !hasDefaults(schema)) return false;
  if (Array.isArray(value)) return value.some(item => lacksDefaults(item, schema.items));
  if (!isObject(value)) return false;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined && !Object.hasOwn(value, name)) return true;
  }
  return Object.keys(value).some(name => {
    const field = fieldOf(schema, name);
    return (isStrayNull(value[name], field) && field?.default !== undefined) || lacksDefaults(value[name], field);
  });
}
