/** What becomes of a claim: bound to a volume that suits it, given one that is made for it, or told to wait. Pure. */
import { compare, parse } from '../../api/quantity.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import {
  bindCompleted,
  boundByController,
  classNameOf,
  selectedNodeAnnotation,
  waitsForPod,
} from '../../api/volumes/claims.js';
import { isPromised, sizeAsked, volumeFor } from '../../api/volumes/match.js';

export interface News {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export type ClaimPlan =
  | { do: 'bind'; volume: PersistentVolume }
  | { do: 'provision'; storageClass: StorageClass }
  | { do: 'wait'; news?: News }
  /** It was bound, and what it was bound to is gone. */
  | { do: 'lose'; news: News };

export interface World {
  volumes: readonly PersistentVolume[];
  volume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
  /** Pods that wait for the claim. */
  waiting: readonly string[];
}

export function planForClaim(claim: PersistentVolumeClaim, world: World): ClaimPlan {
  if (claim.metadata.annotations?.[bindCompleted] !== undefined) return planForBound(claim, world);
  return claim.spec?.volumeName ? planForChosen(claim, claim.spec.volumeName, world) : planForOpen(claim, world);
}

const lose = (reason: string, message: string): ClaimPlan => ({
  do: 'lose',
  news: { type: 'Warning', reason, message },
});
const wait = (type: News['type'], reason: string, message: string): ClaimPlan => ({
  do: 'wait',
  news: { type, reason, message },
});

function planForBound(claim: PersistentVolumeClaim, world: World): ClaimPlan {
  const name = claim.spec?.volumeName;
  if (!name) {
    return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  }
  const volume = world.volume(name);
  if (!volume) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const owner = volume.spec?.claimRef;
  if (!owner || owner.uid === claim.metadata.uid) return { do: 'bind', volume };
  return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** Its author said which volume it is to be. */
function planForChosen(claim: PersistentVolumeClaim, name: string, world: World): ClaimPlan {
  const volume = world.volume(name);
  if (!volume) return { do: 'wait' };
  const promised = isPromised(claim, volume);
  if (promised === 'to another') {
    return wait('Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
  }
  const why = promised === 'to it' ? undefined : mismatch(claim, volume);
  if (why === undefined) return { do: 'bind', volume };
  return wait('Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`);
}

/** Why the volume is not what the claim asks for. */
function mismatch(claim: PersistentVolumeClaim, { metadata, spec }: PersistentVolume): string | undefined {
  if (metadata.deletionTimestamp) return `the volume is marked for deletion "${metadata.name}"`;
  if (compare(parse(spec?.capacity?.storage ?? '0'), sizeAsked(claim)) < 0) return 'requested PV is too small';
  if ((spec?.storageClassName ?? '') !== classNameOf(claim)) return 'storageClassName does not match';
  if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode';
  const modes = claim.spec?.accessModes ?? [];
  return modes.every(mode => spec?.accessModes?.includes(mode)) ? undefined : 'incompatible accessMode';
}

const noClass = 'no persistent volumes available for this claim and no storage class is set';

function planForOpen(claim: PersistentVolumeClaim, world: World): ClaimPlan {
  const className = classNameOf(claim);
  const storageClass = world.storageClass(className);
  const delayed = waitsForPod(claim, storageClass);
  // With the node of the first pod the scheduler chooses; here only what it has chosen is carried out.
  const offered = delayed ? world.volumes.filter(volume => isPromised(claim, volume) === 'to it') : world.volumes;
  const volume = volumeFor(claim, offered, undefined, new Set());
  if (volume) return { do: 'bind', volume };
  if (delayed && !claim.metadata.annotations?.[selectedNodeAnnotation]) return waitForPod(world.waiting);
  if (className === '') return wait('Normal', 'FailedBinding', noClass);
  if (storageClass) return { do: 'provision', storageClass };
  return wait('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
}

function waitForPod(waiting: readonly string[]): ClaimPlan {
  if (waiting.length === 0) {
    return wait('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  const pods = `pod${waiting.length > 1 ? 's' : ''} ${waiting.join(',')}`;
  return wait('Normal', 'WaitForPodScheduled', `waiting for ${pods} to be scheduled`);
}

/** The volume as it is once it is the claim's. The same object when it is so already. */
export function promisedTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata } = claim;
  if (volume.spec?.claimRef?.uid === metadata.uid) return volume;
  const byUser = volume.spec?.claimRef !== undefined;
  const annotations = { ...volume.metadata.annotations, ...(byUser ? {} : { [boundByController]: 'yes' }) };
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
  };
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...volume.spec, claimRef },
  };
}

/** The claim as it is once it has the volume. The same object when it is so already. */
export function boundTo(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim {
  const before = claim.metadata.annotations ?? {};
  const chosen = claim.spec?.volumeName === volume.metadata.name;
  if (chosen && before[bindCompleted] !== undefined) return claim;
  const annotations = { ...before, [bindCompleted]: 'yes', ...(chosen ? {} : { [boundByController]: 'yes' }) };
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
  };
}
