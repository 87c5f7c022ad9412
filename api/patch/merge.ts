/** JSON merge patch (RFC 7396): objects are merged, null deletes, all else replaces. */
import { clone, isObject, type JsonObject, own, put } from '../json.js';

/** The merged value; neither argument is changed. */
export function applyMergePatch(original: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return clone(patch);
  const result: JsonObject = isObject(original) ? { ...original } : {};
  for (const field of Object.keys(patch)) {
    const value = own(patch, field);
    if (value === null) delete result[field];
    else put(result, field, applyMergePatch(own(result, field), value));
  }
  return result;
}
