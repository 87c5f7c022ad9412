/** A pod's claims: those that are bound, and those that wait for its node; or why no node will do. Pure. */
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/types.js';
import { classNameOf, isBound, waitsForPod } from '../../api/volumes/claims.js';
import { claimName } from '../model/volumes.js';
import type { VolumeObjects } from './objects.js';
import { bySize, type PodClaims } from './plan.js';

/** Undefined for a pod without claims. */
export function podClaims(pod: Pod, objects: VolumeObjects): PodClaims | { everywhere: string } | undefined {
  const { name, namespace = '', uid } = pod.metadata;
  const found: PersistentVolumeClaim[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const wanted = claimName(pod, volume);
    if (wanted === undefined) continue;
    const claim = objects.claim(`${namespace}/${wanted}`);
    const obstacle = claim ? unusable(claim, volume, uid) : absent(wanted, volume);
    if (obstacle) return { everywhere: obstacle.replace('POD', `${namespace}/${name}`) };
    if (claim && !found.includes(claim)) found.push(claim);
  }
  if (found.length === 0) return undefined;
  const bound = found.filter(isBound);
  const waiting = found.filter(
    claim => !isBound(claim) && waitsForPod(claim, objects.storageClass(classNameOf(claim))),
  );
  if (bound.length + waiting.length < found.length) {
    return { everywhere: 'pod has unbound immediate PersistentVolumeClaims' };
  }
  return { bound, waiting: waiting.sort(bySize) };
}

const absent = (name: string, { ephemeral }: Volume): string =>
  ephemeral
    ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
    : `persistentvolumeclaim "${name}" not found`;

function unusable(
  { metadata, spec, status }: PersistentVolumeClaim,
  { ephemeral }: Volume,
  podUid: string | undefined,
): string | undefined {
  const { name, namespace, ownerReferences = [] } = metadata;
  if (status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${spec?.volumeName}"`;
  }
  if (metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  if (ephemeral && !ownerReferences.some(({ controller, uid }) => controller && uid === podUid)) {
    return `PVC "${namespace}/${name}" was not created for pod "POD" (pod is not owner)`;
  }
  return undefined;
}
