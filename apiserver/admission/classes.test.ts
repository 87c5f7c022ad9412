/** RuntimeClass, and the plug-ins that fill in the default class. */
import assert from 'node:assert/strict';
import type { AnyObject, Pod } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { defaultIngressClass, defaultStorageClass } from './default-class.js';
import { runtimeClass } from './runtime-class.js';
import { admit, judges, pod } from './testing/fixture.js';
import { mergeTolerations } from './tolerations.js';

const gpu = { key: 'gpu', operator: 'Exists' };
const kata: AnyObject = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'kata' },
  handler: 'kata',
  overhead: { podFixed: { memory: '128Mi' } },
  scheduling: { nodeSelector: { runtime: 'kata' }, tolerations: [gpu] },
};
const plain: AnyObject = { ...kata, metadata: { name: 'plain' }, overhead: undefined, scheduling: undefined };
const plugin = runtimeClass(new FakeLookup([kata, plain]));

describe('RuntimeClass', () => {
  it('gives a pod what its class costs, and keeps it to its nodes', async () => {
    const object = pod({ spec: { runtimeClassName: 'kata', nodeSelector: { zone: 'a' } } });
    const { spec } = (await admit(plugin, { resource: 'pods', object })) as unknown as Pod;
    assert.deepEqual(spec?.overhead, { memory: '128Mi' });
    assert.deepEqual(spec?.nodeSelector, { zone: 'a', runtime: 'kata' });
    assert.deepEqual(spec?.tolerations, [gpu]);
  });
  const of = (spec: object) => ({ resource: 'pods', object: pod({ spec }) });
  judges(plugin, [
    ['no class', of({})],
    ['the same overhead in other words', of({ runtimeClassName: 'kata', overhead: { memory: '131072Ki' } })],
    [
      'a class that is not there',
      of({ runtimeClassName: 'gone' }),
      'pods "web" is forbidden: pod rejected: RuntimeClass "gone" not found',
    ],
    [
      'another overhead',
      of({ runtimeClassName: 'kata', overhead: { memory: '1Mi' } }),
      /Pod's Overhead doesn't match RuntimeClass's defined Overhead$/,
    ],
    [
      'an overhead that no class says',
      of({ runtimeClassName: 'plain', overhead: { memory: '1Mi' } }),
      /Pod Overhead set without corresponding RuntimeClass defined Overhead$/,
    ],
    [
      'other nodes',
      of({ runtimeClassName: 'kata', nodeSelector: { runtime: 'runc' } }),
      /conflict: runtimeClass\.scheduling\.nodeSelector\[runtime\] = kata; pod\.spec\.nodeSelector\[runtime\] = runc$/,
    ],
  ]);

  it('keeps the wider of two tolerations', () => {
    const narrow = { key: 'gpu', operator: 'Equal', value: 'a', effect: 'NoSchedule' };
    const brief = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const { tolerationSeconds: _, ...lasting } = brief;
    assert.deepEqual(mergeTolerations([narrow, gpu]), [gpu]);
    assert.deepEqual(mergeTolerations([gpu, { ...gpu }]), [gpu]);
    assert.deepEqual(mergeTolerations([brief, lasting]), [lasting]);
    assert.deepEqual(mergeTolerations([narrow, brief]), [narrow, brief]);
    assert.deepEqual(mergeTolerations([narrow, { operator: 'Exists' }]), [{ operator: 'Exists' }]);
  });
});

describe('DefaultStorageClass', () => {
  const storageClass = (name: string, creationTimestamp: string, isDefault = 'true'): AnyObject => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name,
      creationTimestamp,
      annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault },
    },
  });
  const lookup = new FakeLookup([
    storageClass('old', '2026-01-01T00:00:00Z'),
    storageClass('young', '2026-02-01T00:00:00Z'),
    storageClass('as-young', '2026-02-01T00:00:00Z'),
    storageClass('no-default', '2026-03-01T00:00:00Z', 'false'),
  ]);
  const table: [string, FakeLookup, object, unknown][] = [
    ['nothing: the youngest default', lookup, {}, 'as-young'],
    ['nothing, where there is no default', new FakeLookup(), {}, undefined],
    ['no class', lookup, { storageClassName: '' }, ''],
    ['a class', lookup, { storageClassName: 'fast' }, 'fast'],
  ];
  for (const [what, classes, spec, expected] of table) {
    it(`of a claim that says ${what}`, async () => {
      const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec };
      const admitted = await admit(defaultStorageClass(classes), { resource: 'persistentvolumeclaims', object });
      assert.equal((admitted as { spec?: { storageClassName?: string } }).spec?.storageClassName, expected);
    });
  }
});

describe('DefaultIngressClass', () => {
  const lookup = new FakeLookup([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'usual', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    },
  ]);
  const table: [string, object, object, unknown][] = [
    ['nothing', {}, {}, 'usual'],
    ['a class', {}, { ingressClassName: 'other' }, 'other'],
    ['its class in the old way', { annotations: { 'kubernetes.io/ingress.class': 'nginx' } }, {}, undefined],
  ];
  for (const [what, metadata, spec, expected] of table) {
    it(`of an ingress that says ${what}`, async () => {
      const object = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'i', ...metadata },
        spec,
      };
      const resource = 'ingresses.networking.k8s.io';
      const admitted = await admit(defaultIngressClass(lookup), { resource, object });
      assert.equal((admitted as { spec?: { ingressClassName?: string } }).spec?.ingressClassName, expected);
    });
  }
});
