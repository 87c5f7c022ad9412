import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { admit, judges } from './testing/fixture.js';
import { persistentVolumeClaimResize, storageObjectInUseProtection } from './volumes.js';

const claim = (storage: string, storageClassName: string, phase = 'Bound'): AnyObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default' },
  spec: { storageClassName, resources: { requests: { storage } } },
  status: { phase },
});
const storageClass = (name: string, allowVolumeExpansion: boolean): AnyObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  allowVolumeExpansion,
});

describe('StorageObjectInUseProtection', () => {
  for (const [resource, finalizer] of [
    ['persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
    ['persistentvolumes', 'kubernetes.io/pv-protection'],
  ] as const) {
    it(`gives ${resource} their finalizer, beside others`, async () => {
      const object = claim('1Gi', '');
      object.metadata.finalizers = ['example.com/mine'];
      const admitted = await admit(storageObjectInUseProtection, { resource, object });
      assert.deepEqual(admitted?.metadata.finalizers, ['example.com/mine', finalizer]);
    });
  }
});

describe('PersistentVolumeClaimResize', () => {
  const lookup = new FakeLookup([storageClass('grows', true), storageClass('fixed', false)]);
  const from = (before: AnyObject, storage: string, name: string) => ({
    resource: 'persistentvolumeclaims',
    operation: 'UPDATE' as const,
    object: claim(storage, name),
    oldObject: before,
  });
  const cannot =
    'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
  judges(persistentVolumeClaimResize(lookup), [
    ['growth where the class allows it', from(claim('1Gi', 'grows'), '2Gi', 'grows')],
    ['the same size in other words', from(claim('1Gi', 'fixed'), '1024Mi', 'fixed')],
    ['growth of a folder', from(claim('1Gi', 'fixed'), '2Gi', 'fixed'), cannot],
    ['growth without a class', from(claim('1Gi', ''), '2Gi', ''), cannot],
    [
      'growth of what is not bound',
      from(claim('1Gi', 'grows', 'Pending'), '2Gi', 'grows'),
      'persistentvolumeclaims "data" is forbidden: Only bound persistent volume claims can be expanded',
    ],
  ]);
});
