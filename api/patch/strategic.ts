/**
 * Applying a strategic merge patch: maps are merged, null deletes, and a list is merged by its key where its type says
 * so, else replaced. The directives ($patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder) are those of
 * Kubernetes' "strategic merge patch" description (sig-api-machinery/strategic-merge-patch.md).
 */
import { canonicalText, clone, isObject, type JsonObject, own, put } from '../json.js';
import { badRequest } from '../status.js';
import { directive, isMergedList, isReplacedMap, type MergeSchema } from './merge-schema.js';
import { orderItems } from './order.js';

/** The merged object; neither argument is changed. */
export function applyStrategicMerge(original: unknown, patch: unknown, schema: MergeSchema | undefined): unknown {
  if (!isObject(patch)) throw badRequest('a strategic merge patch must be a JSON object');
  return mergeMap(isObject(original) ? original : {}, patch, schema);
}

function mergeMap(original: JsonObject, patch: JsonObject, schema: MergeSchema | undefined): JsonObject {
  const whole = wholeDirective(patch);
  if (whole === 'replace') return withoutDirectives(patch);
  if (whole === 'delete') return {};
  const result = retained(original, own(patch, directive.retainKeys));
  for (const [listField, gone] of prefixed(patch, directive.deleteFromPrimitiveList)) {
    const list = own(result, listField);
    if (Array.isArray(list)) put(result, listField, without(list, gone));
  }
  for (const field of Object.keys(patch)) {
    if (field.startsWith('$')) continue;
    const value = own(patch, field);
    if (value === null) delete result[field];
    else
      put(
        result,
        field,
        mergeField(own(result, field), value, schema?.property(field) ?? schema?.element, orderOf(patch, field)),
      );
  }
  applyOrders(result, patch, schema);
  return result;
}

function mergeField(
  original: unknown,
  patch: unknown,
  schema: MergeSchema | undefined,
  order: unknown[] | undefined,
): unknown {
  if (isObject(patch)) {
    const base = isObject(original) && !isReplacedMap(schema) ? original : {};
    return mergeMap(base, patch, schema);
  }
  if (Array.isArray(patch)) {
    if (!isMergedList(schema)) return withoutDirectives(patch);
    return mergeList(Array.isArray(original) ? original : [], patch, schema, order);
  }
  return patch;
}

/** An order may be given for a list that the patch itself does not touch. */
function applyOrders(result: JsonObject, patch: JsonObject, schema: MergeSchema | undefined): void {
  for (const [field, order] of prefixed(patch, directive.setElementOrder)) {
    const list = own(result, field);
    if (Object.hasOwn(patch, field) || !Array.isArray(list)) continue;
    const key = schema?.property(field)?.mergeKey;
    put(result, field, orderItems(list, list, order, key));
  }
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: MergeSchema | undefined,
  order: unknown[] | undefined,
): unknown[] {
  const key = schema?.mergeKey;
  if (key === undefined) {
    const added = new Map(patch.map(item => [canonicalText(item), item]));
    return orderItems([...original, ...without([...added.values()], original)], original, order ?? patch, undefined);
  }
  const items = patch.map(item => keyed(item, key));
  if (items.some(item => own(item, directive.patch) === 'replace')) {
    return items.filter(item => own(item, directive.patch) !== 'replace').map(item => withoutDirectives(item));
  }
  return orderItems(mergeItems(original, items, key, schema?.element), original, order ?? items, key);
}

const removed = Symbol('removed');

/** One look-up an item: the lists of a request may be long. */
function mergeItems(
  original: readonly unknown[],
  items: readonly JsonObject[],
  key: string,
  schema: MergeSchema | undefined,
): unknown[] {
  const result: unknown[] = [...original];
  const places = new Map<string, number[]>();
  for (const [index, item] of original.entries()) {
    if (!isObject(item)) continue;
    const id = canonicalText(own(item, key));
    places.set(id, [...(places.get(id) ?? []), index]);
  }
  for (const item of items) {
    const id = canonicalText(own(item, key));
    const [first, ...others] = places.get(id) ?? [];
    if (own(item, directive.patch) === 'delete') {
      for (const index of first === undefined ? [] : [first, ...others]) result[index] = removed;
      places.delete(id);
    } else if (first !== undefined) result[first] = mergeMap(result[first] as JsonObject, item, schema);
    else {
      places.set(id, [result.length]);
      result.push(mergeMap({}, item, schema));
    }
  }
  return result.filter(item => item !== removed);
}

function keyed(item: unknown, key: string): JsonObject {
  if (!isObject(item)) throw badRequest(`an item of a list that is merged by "${key}" must be an object`);
  const replaces = own(item, directive.patch) === 'replace';
  if (!replaces && own(item, key) === undefined) {
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
  }
  return item;
}

function wholeDirective(patch: JsonObject): 'replace' | 'delete' | 'merge' | undefined {
  const value = own(patch, directive.patch);
  if (value === undefined || value === 'replace' || value === 'delete' || value === 'merge') return value;
  throw badRequest(`unknown patch type found: ${JSON.stringify(value)}`);
}

function retained(original: JsonObject, keys: unknown): JsonObject {
  const result: JsonObject = {};
  if (keys !== undefined && !Array.isArray(keys)) throw badRequest('$retainKeys must be a list');
  for (const field of Object.keys(original)) {
    if (keys === undefined || keys.includes(field)) put(result, field, own(original, field));
  }
  return result;
}

function without(list: readonly unknown[], others: readonly unknown[]): unknown[] {
  const excluded = new Set(others.map(canonicalText));
  return list.filter(item => !excluded.has(canonicalText(item)));
}

function* prefixed(patch: JsonObject, prefix: string): Generator<[string, unknown[]]> {
  for (const field of Object.keys(patch)) {
    if (!field.startsWith(prefix)) continue;
    const list = own(patch, field);
    if (!Array.isArray(list)) throw badRequest(`${field} must be a list`);
    yield [field.slice(prefix.length), list];
  }
}

function orderOf(patch: JsonObject, field: string): unknown[] | undefined {
  const order = own(patch, directive.setElementOrder + field);
  return Array.isArray(order) ? order : undefined;
}

/** What is new comes in without the directives and nulls that only an existing value could have answered to. */
function withoutDirectives(value: unknown): JsonObject;
function withoutDirectives(value: unknown[]): unknown[];
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => (isObject(item) ? withoutDirectives(item) : clone(item)));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const field of Object.keys(value)) {
    const inner = own(value, field);
    if (field.startsWith('$') || inner === null) continue;
    put(result, field, isObject(inner) || Array.isArray(inner) ? withoutDirectives(inner as JsonObject) : inner);
  }
  return result;
}
