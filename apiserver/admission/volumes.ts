/** Claims and volumes: what is in use is protected from the beginning, and only what can grow may be asked to. */
import { compare, tryParse } from '../../api/quantity.js';
import type { AnyObject, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { classNameOf } from '../../api/volumes/claims.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { concerns, refusal } from './request.js';

const finalizers: Record<string, string> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

const finalizerFor = (request: AdmissionRequest): string | undefined => {
  const { row, info } = request;
  return row.group === '' && info.subresource === '' ? finalizers[row.plural] : undefined;
};

/** A loop takes the finalizer away when a deleted one is not used any more. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: request => request.operation === 'CREATE' && finalizerFor(request) !== undefined,
  mutate(request) {
    const finalizer = finalizerFor(request);
    const metadata = request.object?.metadata;
    if (!finalizer || !metadata || metadata.finalizers?.includes(finalizer)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};

const sizeOf = (object: AnyObject | undefined) =>
  tryParse((object as PersistentVolumeClaim | undefined)?.spec?.resources?.requests?.storage);

export const persistentVolumeClaimResize = (lookup: Lookup): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  handles: request => request.operation === 'UPDATE' && concerns(request, 'persistentvolumeclaims'),
  validate(request) {
    const [now, before] = [sizeOf(request.object), sizeOf(request.oldObject)];
    if (!now || !before || compare(now, before) <= 0) return;
    const claim = request.oldObject as unknown as PersistentVolumeClaim;
    if (claim.status?.phase !== 'Bound') throw refusal(request, 'Only bound persistent volume claims can be expanded');
    if (canGrow(lookup, classNameOf(claim))) return;
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    throw refusal(request, why);
  },
});

function canGrow(lookup: Lookup, name: string): boolean {
  if (name === '') return false;
  const found = lookup.get({ group: 'storage.k8s.io', resource: 'storageclasses' }, '', name);
  return (found as unknown as StorageClass | undefined)?.allowVolumeExpansion === true;
}
