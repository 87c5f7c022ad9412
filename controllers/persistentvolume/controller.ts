/**
 * A PersistentVolumeClaim promises storage: it is bound to the smallest volume that does for it, to the one that it or
 * the volume names, or to one that is made for it; where its class says so only once its first pod has a node. Both
 * sides name each other before either is called bound, so that no crash gives a volume to two. When the claim is gone
 * the volume is released: kept for somebody to look at, or deleted with what was on it.
 */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/types.js';
import { classNameOf } from '../../api/volumes/claims.js';
import { nodes, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../../client/resources.js';
import type { Controller, Reader } from '../../client/runtime/controller.js';
import { keyOf, nameOf } from '../keys.js';
import { settleClaim } from './claims.js';
import { cleansLabel } from './local-folder.js';
import { settleVolume } from './volumes.js';

const claimPrefix = 'claim:';
const volumePrefix = 'volume:';
const claimKey = (claim: PersistentVolumeClaim): string => claimPrefix + keyOf(claim);
const volumeKey = (name: string): string => volumePrefix + name;

/** The claims that a pod names, as keys. All loops around claims use this one function, so that its index is kept once. */
export const claimsOfPod = ({ metadata, spec }: Pod): string[] =>
  (spec?.volumes ?? []).flatMap(({ name, ephemeral, persistentVolumeClaim }) => {
    const claim = ephemeral ? `${metadata.name}-${name}` : persistentVolumeClaim?.claimName;
    return claim === undefined ? [] : [`${metadata.namespace}/${claim}`];
  });

export const persistentVolumeBinder: Controller = {
  name: 'persistent-volume-binder',
  // Claims that wait for a volume of their own kind hear of it only when somebody makes one.
  resyncMs: 15_000,
  sources: [
    {
      resource: persistentVolumeClaims,
      keysFor: (now, before) => {
        const claim = now ?? before;
        if (!claim) return [];
        const { volumeName } = claim.spec ?? {};
        return [claimKey(claim), ...(volumeName ? [volumeKey(volumeName)] : [])];
      },
    },
    {
      resource: persistentVolumes,
      keysFor: (now, before, read) => {
        const volume = now ?? before;
        return volume ? [volumeKey(volume.metadata.name ?? ''), ...claimsFor(volume, read)] : [];
      },
      indexes: { claim: (volume: PersistentVolume) => [claimOf(volume)] },
    },
    {
      resource: storageClasses,
      keysFor: (now, _before, read) => (now ? waiting(read, now.metadata.name ?? '').map(claimKey) : []),
    },
    {
      resource: pods,
      keysFor: (now, before) => {
        const cleaned = (now ?? before)?.metadata.labels?.[cleansLabel];
        return cleaned === undefined ? [] : [volumeKey(cleaned)];
      },
      indexes: { claims: claimsOfPod },
    },
    { resource: nodes, keysFor: () => [] },
  ],

  async reconcile(key, context) {
    if (key.startsWith(claimPrefix)) return settleClaim(nameOf(key.slice(claimPrefix.length)), context);
    return settleVolume(key.slice(volumePrefix.length), context);
  },
};

const claimOf = ({ spec }: PersistentVolume): string =>
  spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '';

/** The claim that a volume is promised to; or those that wait for one like it. */
function claimsFor(volume: PersistentVolume, read: Reader): string[] {
  const promised = claimOf(volume);
  if (promised) return [claimPrefix + promised];
  return waiting(read, volume.spec?.storageClassName ?? '').map(claimKey);
}

const waiting = (read: Reader, className: string): PersistentVolumeClaim[] =>
  read
    .list(persistentVolumeClaims)
    .filter(claim => (claim.status?.phase ?? 'Pending') === 'Pending' && classNameOf(claim) === className);
