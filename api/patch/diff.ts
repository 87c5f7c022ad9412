/**
 * Making patches. `createTwoWayPatch` says how to come from one object to another; `createThreeWayPatch` is what
 * `kubectl apply` sends: it sets what the manifest says now, deletes what the manifest said last time and no longer
 * says, and leaves alone what others have set since. With a schema the patch is strategic, without one a merge patch.
 */
import { clone, deepEqual, isObject, type JsonObject, own, put } from '../json.js';
import { combinePatches } from './combine.js';
import { directive, isMergedList, isReplacedMap, type MergeSchema, retainsKeys } from './merge-schema.js';

interface Scope {
  deletions: boolean;
  changes: boolean;
  /** Absent for merge patches: every list is replaced. */
  strategic: boolean;
}

/** {} when nothing has to change. */
export function createTwoWayPatch(original: unknown, modified: unknown, schema?: MergeSchema): JsonObject {
  return diffMaps(asMap(original), asMap(modified), schema, {
    deletions: true,
    changes: true,
    strategic: schema !== undefined,
  });
}

/** `original` is the manifest of the last apply, `modified` the one of now, `current` what the server has. */
export function createThreeWayPatch(
  original: unknown,
  modified: unknown,
  current: unknown,
  schema?: MergeSchema,
): JsonObject {
  const strategic = schema !== undefined;
  const changes = diffMaps(asMap(current), asMap(modified), schema, { deletions: false, changes: true, strategic });
  const deletions = diffMaps(asMap(original), asMap(modified), schema, { deletions: true, changes: false, strategic });
  return combinePatches(deletions, changes, schema);
}

const asMap = (value: unknown): JsonObject => (isObject(value) ? value : {});

function diffMaps(from: JsonObject, to: JsonObject, schema: MergeSchema | undefined, scope: Scope): JsonObject {
  const patch: JsonObject = {};
  for (const field of Object.keys(from)) {
    if (own(to, field) === undefined && own(from, field) !== undefined && scope.deletions) put(patch, field, null);
  }
  for (const field of Object.keys(to)) {
    const before = own(from, field);
    const after = own(to, field);
    if (after === undefined || deepEqual(before, after)) continue;
    if (before === undefined || before === null) {
      if (scope.changes) put(patch, field, clone(after));
    } else diffField(patch, field, before, after, schema?.property(field) ?? schema?.element, scope);
  }
  if (Object.keys(patch).length > 0 && scope.strategic && retainsKeys(schema)) {
    put(patch, directive.retainKeys, Object.keys(to).sort());
  }
  return patch;
}

/** Both sides are there and differ. */
function diffField(
  patch: JsonObject,
  field: string,
  before: unknown,
  after: unknown,
  schema: MergeSchema | undefined,
  scope: Scope,
): void {
  if (isObject(before) && isObject(after) && !(scope.strategic && isReplacedMap(schema))) {
    const inner = diffMaps(before, after, schema, scope);
    if (Object.keys(inner).length > 0) put(patch, field, inner);
  } else if (Array.isArray(before) && Array.isArray(after) && scope.strategic && isMergedList(schema)) {
    if (schema?.mergeKey === undefined) diffPrimitives(patch, field, before, after, scope);
    else diffKeyed(patch, field, before, after, schema.mergeKey, schema, scope);
  } else if (scope.changes) put(patch, field, clone(after));
}

function diffPrimitives(patch: JsonObject, field: string, before: unknown[], after: unknown[], scope: Scope): void {
  const lacks = (list: readonly unknown[], item: unknown): boolean => !list.some(other => deepEqual(other, item));
  const gone = before.filter(item => lacks(after, item));
  const added = after.filter(item => lacks(before, item));
  if (scope.deletions && gone.length > 0) put(patch, directive.deleteFromPrimitiveList + field, gone);
  if (scope.changes && added.length > 0) put(patch, field, added);
  if (scope.changes || (scope.deletions && gone.length > 0)) put(patch, directive.setElementOrder + field, [...after]);
}

function diffKeyed(
  patch: JsonObject,
  field: string,
  before: unknown[],
  after: unknown[],
  key: string,
  schema: MergeSchema,
  scope: Scope,
): void {
  const find = (list: unknown[], id: unknown): JsonObject | undefined =>
    list.find((item): item is JsonObject => isObject(item) && deepEqual(own(item, key), id));
  const items: JsonObject[] = [];
  for (const item of after.filter(isObject)) {
    const old = find(before, own(item, key));
    if (!old) {
      if (scope.changes) items.push(clone(item));
      continue;
    }
    const inner = diffMaps(old, item, schema.element, scope);
    if (Object.keys(inner).length > 0) items.push({ ...inner, [key]: own(item, key) });
  }
  if (scope.deletions) {
    for (const item of before.filter(isObject)) {
      const id = own(item, key);
      if (!find(after, id)) items.push({ [directive.patch]: 'delete', [key]: id });
    }
  }
  if (items.length > 0) put(patch, field, items);
  const order = after.filter(isObject).map(item => ({ [key]: own(item, key) }));
  if (scope.changes || items.length > 0) put(patch, directive.setElementOrder + field, order);
}
