/** A patch, by its media type, applied to an object. */
import { statusError } from '../status.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge.js';
import type { MergeSchema } from './merge-schema.js';
import { applyStrategicMerge } from './strategic.js';

export { createThreeWayPatch, createTwoWayPatch } from './diff.js';
export type { MergeSchema } from './merge-schema.js';

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * The patched object; `original` is not changed. Throws BadRequest for a patch that is malformed, Invalid for one that
 * does not fit the object, and UnsupportedMediaType for a media type that is no patch. A kind without a schema of its
 * own (a custom resource) has no strategic merge.
 */
export function applyPatch(contentType: string, original: unknown, patch: unknown, schema?: MergeSchema): unknown {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase();
  if (mediaType === patchTypes.json) return applyJsonPatch(original, patch);
  if (mediaType === patchTypes.merge) return applyMergePatch(original, patch);
  if (mediaType === patchTypes.strategic && schema) return applyStrategicMerge(original, patch, schema);
  const supported = [patchTypes.json, patchTypes.merge, ...(schema ? [patchTypes.strategic] : [])];
  throw statusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`,
  );
}
