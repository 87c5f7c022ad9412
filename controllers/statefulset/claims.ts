/** The claims of a StatefulSet's pods: one for each template and pod, kept or given up as the retention policy says. Pure. */
import { deepEqual } from '../../api/json.js';
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.js';
import { controllerReference } from '../owned.js';
import { claimName, podName } from './names.js';

export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map(template => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(set, template.metadata?.name ?? '', ordinal),
      namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...set.spec?.selector?.matchLabels },
      ...ownersFor(set, undefined, []),
    },
    ...(template.spec ? { spec: template.spec } : {}),
  }));
}

/**
 * Who should own the claim: the set, so that it goes with the set; or the pod that is scaled away, so that it goes with
 * the pod; or nobody of the two.
 */
function ownersFor(set: StatefulSet, condemned: Pod | undefined, others: readonly OwnerReference[]) {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const own: OwnerReference[] = [];
  if (condemned && whenScaled === 'Delete') own.push(controllerReference(condemned));
  else if (whenDeleted === 'Delete') own.push(controllerReference(set));
  const all = [...others, ...own];
  return all.length > 0 ? { ownerReferences: all } : {};
}

/** The claim with the owners that the policy gives it; undefined when it has them. */
export function withOwners(
  set: StatefulSet,
  ordinal: number,
  claim: PersistentVolumeClaim,
  condemned: Pod | undefined,
): PersistentVolumeClaim | undefined {
  const before = claim.metadata.ownerReferences ?? [];
  const isOurs = ({ kind, name, uid }: OwnerReference): boolean =>
    uid === set.metadata.uid || (kind === 'Pod' && name === podName(set, ordinal));
  // The owner that manages the claim may be somebody else: it stays as it is.
  if (before.some(owner => owner.controller && !isOurs(owner))) return undefined;
  const others = before.filter(owner => !isOurs(owner));
  const { ownerReferences = [] } = ownersFor(set, condemned, others);
  if (deepEqual(before, ownerReferences)) return undefined;
  return { ...claim, metadata: { ...claim.metadata, ownerReferences } };
}

/** The claim is going, or will go with a former pod of this name: a new pod cannot have it. */
export const isLeaving = (claim: PersistentVolumeClaim, owner: Pod | undefined): boolean =>
  claim.metadata.deletionTimestamp !== undefined ||
  (claim.metadata.ownerReferences ?? []).some(({ kind, uid }) => kind === 'Pod' && uid !== owner?.metadata.uid);
