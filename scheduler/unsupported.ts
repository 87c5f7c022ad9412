/**
 * What a pod may ask of a scheduler that this one cannot do yet. Such a pod is not placed as if it had not asked: it stays
 * pending, and says why.
 */
import type { Pod } from '../api/types.js';

/** Undefined when the pod asks for nothing of the kind. */
export function unsupported({ spec }: Pod): string | undefined {
  const affinity = spec?.affinity;
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap(
    side => side?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
  );
  for (const { matchLabelKeys, mismatchLabelKeys, namespaceSelector } of terms) {
    if (matchLabelKeys?.length || mismatchLabelKeys?.length) return no('matchLabelKeys in pod affinity');
    if (namespaceSelector && Object.keys(namespaceSelector).length > 0) {
      return no('a namespaceSelector in pod affinity, other than {} for all namespaces');
    }
  }
  const claim = spec?.volumes?.find(volume => volume.persistentVolumeClaim || volume.ephemeral);
  if (claim) return no(`persistent volume claims (volume "${claim.name}")`);
  if (spec?.resourceClaims?.length) return no('resource claims');
  return undefined;
}

const no = (what: string): string => `this scheduler does not support ${what}.`;
