/** Lists that are sets or maps: no item twice. */
import { canonicalText, isObject, type JsonObject } from '../json.js';
import type { FieldError } from '../status.js';
import { duplicate, invalidValue } from '../validation/errors.js';
import { fieldOf, type JsonSchema } from './schema.js';

/** Everything that stands twice where it may stand once. */
export function duplicatesIn(value: unknown, schema: JsonSchema | undefined, path = ''): FieldError[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    return [
      ...own(value, schema, path),
      ...value.flatMap((item, index) => duplicatesIn(item, schema.items, `${path}[${index}]`)),
    ];
  }
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap(name =>
    duplicatesIn(value[name], fieldOf(schema, name), path === '' ? name : `${path}.${name}`),
  );
}

function own(list: readonly unknown[], schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return repeated(list, item => item, path);
  if (type !== 'map') return [];
  const wrong = list.findIndex(item => item !== null && !isObject(item));
  if (wrong >= 0)
    return [invalidValue(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map')];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return repeated(list, item => keysOf(item as JsonObject | null, keys), path);
}

const keysOf = (item: JsonObject | null, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter(key => item?.[key] !== undefined).map(key => [key, item?.[key]]));

/** Each value that was there before is told once. */
function repeated(list: readonly unknown[], of: (item: unknown) => unknown, path: string): FieldError[] {
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  list.forEach((item, index) => {
    const key = canonicalText(of(item));
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times === 2) errors.push(duplicate(`${path}[${index}]`, of(item)));
  });
  return errors;
}
