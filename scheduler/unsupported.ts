/**
 * What a pod may ask of a scheduler that this one cannot do. Such a pod is not placed as if it had not asked: it stays
 * pending, and says why.
 */
import type { Pod } from '../api/types.js';

/** Undefined when the pod asks for nothing of the kind. */
export function unsupported({ spec }: Pod): string | undefined {
  if (spec?.resourceClaims?.length) return no('resource claims');
  return undefined;
}

const no = (what: string): string => `this scheduler does not support ${what}.`;
