/** Two patches of the same object as one: what `first` deletes and what `second` sets (see createThreeWayPatch). */
import { clone, deepEqual, isObject, type JsonObject, own, put } from '../json.js';
import { isMergedList, type MergeSchema } from './merge-schema.js';

export function combinePatches(first: JsonObject, second: JsonObject, schema: MergeSchema | undefined): JsonObject {
  const result = clone(first);
  for (const field of Object.keys(second)) {
    const a = own(first, field);
    const b = own(second, field);
    const inner = schema?.property(field) ?? schema?.element;
    if (isObject(a) && isObject(b)) put(result, field, combinePatches(a, b, inner));
    else if (Array.isArray(a) && Array.isArray(b) && !field.startsWith('$') && isMergedList(inner)) {
      put(result, field, combineLists(a, b, inner));
    } else put(result, field, clone(b));
  }
  return result;
}

function combineLists(
  first: readonly unknown[],
  second: readonly unknown[],
  schema: MergeSchema | undefined,
): unknown[] {
  const key = schema?.mergeKey;
  const same = (a: unknown, b: unknown): boolean =>
    key !== undefined && isObject(a) && isObject(b) ? deepEqual(own(a, key), own(b, key)) : deepEqual(a, b);
  const result = first.map(item => {
    const other = second.find(candidate => same(item, candidate));
    return isObject(item) && isObject(other) ? combinePatches(item, other, schema?.element) : clone(item);
  });
  return [...result, ...second.filter(item => !first.some(other => same(item, other))).map(clone)];
}
