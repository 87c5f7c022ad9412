/** Some volumes are for one pod or one node at a time: disks of old kinds, and claims with ReadWriteOncePod. */
import type { Volume } from '../../api/types.js';
import type { PodInfo } from '../model/pod-info.js';
import type { View } from '../view.js';
import { type Filter, refusal } from './filter.js';

const noDisk = refusal('node(s) had no available disk');
const inUse = refusal('node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode');

export const volumeRestrictions: Filter = {
  name: 'VolumeRestrictions',
  wakes: { NodeAdded: true, PodGone: true, Storage: true },
  prepare: (pod, view) => {
    const disks = (pod.pod.spec?.volumes ?? []).filter(isDisk);
    const sole = pod.claims.filter(claim => isForOnePod(claim, view));
    if (disks.length === 0 && sole.length === 0) return undefined;
    let users = sole.reduce((sum, claim) => sum + view.usersOf(claim), 0);
    return {
      refuses: node => {
        if (users > 0) return inUse;
        const others = disks.length === 0 ? [] : [...node.pods.values()];
        return others.some(other => disks.some(disk => meets(disk, other))) ? noDisk : undefined;
      },
      change: (other, _, by) => {
        users += by * sole.filter(claim => other.claims.includes(claim)).length;
      },
    };
  },
};

const isForOnePod = (claim: string, { volumes }: View): boolean =>
  volumes.claim(claim)?.spec?.accessModes?.includes('ReadWriteOncePod') ?? false;

const isDisk = ({ awsElasticBlockStore, gcePersistentDisk, iscsi, rbd }: Volume): boolean =>
  !!(awsElasticBlockStore ?? gcePersistentDisk ?? iscsi ?? rbd);

const meets = (disk: Volume, { pod }: PodInfo): boolean =>
  (pod.spec?.volumes ?? []).some(other => isSameDisk(disk, other));

/** Two may share what both only read; an EBS volume nobody shares. */
function isSameDisk(a: Volume, b: Volume): boolean {
  const shared = (one: { readOnly?: boolean }, other: { readOnly?: boolean }): boolean =>
    !!one.readOnly && !!other.readOnly;
  if (a.gcePersistentDisk && b.gcePersistentDisk?.pdName === a.gcePersistentDisk.pdName) {
    return !shared(a.gcePersistentDisk, b.gcePersistentDisk);
  }
  if (a.awsElasticBlockStore && b.awsElasticBlockStore?.volumeID === a.awsElasticBlockStore.volumeID) return true;
  if (a.iscsi && b.iscsi?.iqn === a.iscsi.iqn) return !shared(a.iscsi, b.iscsi);
  const { rbd } = a;
  if (!rbd || !b.rbd) return false;
  const { image, monitors, pool = 'rbd' } = b.rbd;
  const same =
    monitors.some(monitor => rbd.monitors.includes(monitor)) && (rbd.pool ?? 'rbd') === pool && rbd.image === image;
  return same && !shared(rbd, b.rbd);
}
