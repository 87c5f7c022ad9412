/** What is to be known of a claim: whether it is bound, and whether it waits for its first pod. Pure. */
import type { PersistentVolumeClaim, StorageClass } from '../types.js';

export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
export const bindCompleted = 'pv.kubernetes.io/bind-completed';
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
const oldClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

export const keyOfClaim = ({ metadata }: PersistentVolumeClaim): string => `${metadata.namespace}/${metadata.name}`;

/** '' for none. */
export const classNameOf = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata.annotations?.[oldClassAnnotation] ?? spec?.storageClassName ?? '';

/** Both sides agree. */
export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  !!spec?.volumeName && metadata.annotations?.[bindCompleted] !== undefined;

/** Its volume is chosen, or made, with the node of its first pod; others are bound before any pod is placed. */
export const waitsForPod = (claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): boolean =>
  !claim.spec?.volumeName && storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
