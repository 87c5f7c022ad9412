/** The patches that the loops send, applied: merge patches, and strategic ones of ownerReferences, conditions and finalizers. */
import type { AnyObject } from '../../api/types.js';
import type { PatchType } from '../../client/client.js';

const mergeKeys: Record<string, string> = { ownerReferences: 'uid', conditions: 'type' };

export function applyPatch(type: PatchType, object: AnyObject, patch: unknown): AnyObject {
  if (type !== 'merge' && type !== 'strategic') throw new Error(`the loops send no patch of type ${type}`);
  return merge(object, patch, type === 'strategic') as AnyObject;
}

const without = '$deleteFromPrimitiveList/';

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(value: unknown, patch: unknown, strategic: boolean): unknown {
  if (!isObject(patch)) return patch;
  const result: Fields = isObject(value) ? { ...value } : {};
  for (const [field, change] of Object.entries(patch)) {
    const key = mergeKeys[field];
    if (change === null) delete result[field];
    else if (strategic && field.startsWith(without)) {
      const list = field.slice(without.length);
      const gone = change as unknown[];
      if (Array.isArray(result[list])) result[list] = result[list].filter(one => !gone.includes(one));
    } else if (strategic && field === 'finalizers' && Array.isArray(change)) {
      result[field] = [...new Set([...((result[field] as unknown[] | undefined) ?? []), ...change])];
    } else if (strategic && key && Array.isArray(change)) result[field] = mergeList(result[field], change, key);
    else result[field] = merge(result[field], change, strategic);
  }
  return result;
}

function mergeList(value: unknown, changes: Fields[], key: string): Fields[] {
  const list = [...((value as Fields[] | undefined) ?? [])];
  for (const change of changes) {
    const at = list.findIndex(item => item[key] === change[key]);
    if (change.$patch === 'delete') list.splice(at, at < 0 ? 0 : 1);
    else if (at < 0) list.push(change);
    else list[at] = { ...list[at], ...change };
  }
  return list;
}
