/** Which template it is, in a few letters: part of the names of ReplicaSets and ControllerRevisions. */
import { createHash } from 'node:crypto';
import { canonicalText } from '../api/json.js';
import type { PodTemplateSpec } from '../api/types.js';

/** Without vowels and look-alikes, as all generated names. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** Ten letters that say which template it is; `collisions` make another ten of the same. */
export function hashOf(template: PodTemplateSpec | undefined, collisions: number): string {
  const digest = createHash('sha256')
    .update(`${canonicalText(template)}\0${collisions}`)
    .digest();
  return Array.from(digest.subarray(0, 10), byte => letters[byte % letters.length]).join('');
}
