/** Whether a claim or a volume has its finalizer, and should. Pure. */
import type { KubeObject, PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types.js';
import { controllerOf } from '../pod-state.js';

export const claimFinalizer = 'kubernetes.io/pvc-protection';
export const volumeFinalizer = 'kubernetes.io/pv-protection';

const has = ({ metadata }: KubeObject, finalizer: string): boolean => metadata.finalizers?.includes(finalizer) ?? false;

export type Step = 'add' | 'remove' | undefined;

/** `isUsed` matters only for one that is to go. */
export function stepFor(object: KubeObject, finalizer: string, isUsed: boolean): Step {
  if (object.metadata.deletionTimestamp === undefined) return has(object, finalizer) ? undefined : 'add';
  return has(object, finalizer) && !isUsed ? 'remove' : undefined;
}

export function withStep<T extends KubeObject>(object: T, finalizer: string, step: 'add' | 'remove'): T {
  const others = (object.metadata.finalizers ?? []).filter(one => one !== finalizer);
  const finalizers = step === 'add' ? [...others, finalizer] : others;
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/**
 * A pod uses a claim once it has a node: before that no kubelet would start it with a claim that goes. One that the claim
 * was made for and that has ended does not hold it, or both would wait for each other.
 */
export function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec?.nodeName) return false;
  const { name } = claim.metadata;
  return (pod.spec.volumes ?? []).some(volume => {
    if (volume.persistentVolumeClaim) return volume.persistentVolumeClaim.claimName === name;
    if (!volume.ephemeral || `${pod.metadata.name}-${volume.name}` !== name) return false;
    return controllerOf(claim)?.uid === pod.metadata.uid && !isShutDown(pod);
  });
}

const isShutDown = ({ metadata, status }: Pod): boolean =>
  (metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0) ||
  status?.phase === 'Failed' ||
  status?.phase === 'Succeeded';

export const isInUse = ({ status }: PersistentVolume): boolean => status?.phase === 'Bound';
