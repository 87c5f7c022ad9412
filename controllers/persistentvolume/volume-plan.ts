/** What becomes of a volume: on offer, bound, or released and then kept or deleted as its policy says. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { boundByController } from '../../api/volumes/claims.js';
import { provisionedBy } from './local-folder.js';

export type VolumePlan =
  | { do: 'phase'; phase: 'Available' | 'Bound' }
  /** Its claim is gone. */
  | { do: 'reclaim' }
  /** It was taken for a claim that has another one: it goes back on offer. */
  | { do: 'offer'; volume: PersistentVolume }
  /** The claim's turn will finish it. */
  | { do: 'leave' };

/** `claim` is the one that the volume names, by name; undefined when there is none. */
export function planForVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const reference = volume.spec?.claimRef;
  if (!reference?.uid) return { do: 'phase', phase: 'Available' };
  if (!claim || claim.metadata.uid !== reference.uid) return { do: 'reclaim' };
  const chosen = claim.spec?.volumeName;
  if (!chosen) return { do: 'leave' };
  if (chosen === volume.metadata.name) return { do: 'phase', phase: 'Bound' };
  const isMade = volume.metadata.annotations?.[provisionedBy] !== undefined;
  if (isMade && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return { do: 'reclaim' };
  return { do: 'offer', volume: withoutClaim(volume) };
}

/** A claim that a user wrote there stays; it is only not met yet. */
function withoutClaim(volume: PersistentVolume): PersistentVolume {
  const { [boundByController]: byController, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec ?? {};
  const { uid: _, resourceVersion: __, ...promised } = claimRef ?? {};
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: byController === undefined && claimRef ? { ...spec, claimRef: promised } : spec,
  };
}
