import assert from 'node:assert/strict';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../api/types.js';
import { nodes, persistentVolumeClaims, persistentVolumes } from '../../client/resources.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { claimOf, claimProblem, isOnNode, resolveClaim, volumeProblem } from './claims.js';
import { nfsArguments } from './nfs.js';
import { sharedMode } from './ownership.js';
import { sourceOfPersistent, sourceOfVolume } from './source.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd', uid: 'pod-uid' },
  spec: { containers: [{ name: 'c', volumeMounts: [{ name: 'mounted', mountPath: '/m' }] }] },
} as Pod;
const volume: Volume = { name: 'data', persistentVolumeClaim: { claimName: 'claim' } };
const ephemeral = { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } } as Volume;
const claim = (more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'claim', namespace: 'd', uid: 'claim-uid' },
  spec: { volumeName: 'pv' },
  status: { phase: 'Bound' },
  ...more,
});
const persistent = (spec: PersistentVolume['spec']): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { claimRef: { uid: 'claim-uid' }, ...spec },
});

describe('a volume that is a claim', () => {
  it('has a name: its own, or that of the pod and the volume', () => {
    assert.deepEqual(claimOf(volume, pod), { name: 'claim', ownedByPod: false });
    assert.deepEqual(claimOf(ephemeral, pod), { name: 'p-scratch', ownedByPod: true });
    assert.equal(claimOf({ name: 'e', emptyDir: {} }, pod), undefined);
  });

  const owned = [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'pod-uid', controller: true }];
  const claims: [string, PersistentVolumeClaim, boolean, string | undefined][] = [
    ['is bound', claim(), false, undefined],
    ['waits for its volume', claim({ status: { phase: 'Pending' } }), false, 'PVC is not bound'],
    ['has lost it', claim({ status: { phase: 'Lost' } }), false, 'PVC is not bound'],
    ['has none', claim({ spec: {} }), false, 'PVC is not bound'],
    ['is going', claim({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), false, 'PVC is being deleted'],
    ['was made for the pod', claim({ metadata: { ownerReferences: owned } }), true, undefined],
    ['was there before the pod', claim(), true, 'PVC d/claim was not created for pod d/p (pod is not owner)'],
  ];
  for (const [what, pvc, ownedByPod, expected] of claims)
    it(`that ${what}`, () => assert.equal(claimProblem(pod, pvc, ownedByPod), expected));

  it('gets no volume of another claim, and none without files', () => {
    assert.equal(volumeProblem(pod, volume, claim(), persistent({})), undefined);
    const other = persistent({ claimRef: { uid: 'other' } });
    assert.match(volumeProblem(pod, volume, claim(), other) ?? '', /does not match expected PVC UID claim-uid/);
    const block = persistent({ volumeMode: 'Block' });
    assert.match(volumeProblem(pod, volume, claim(), block) ?? '', /are not supported by this kubelet/);
    assert.equal(
      volumeProblem(pod, { ...volume, name: 'mounted' }, claim(), block),
      'volume mounted has volumeMode Block, but is specified in volumeMounts',
    );
  });

  it('gets a volume only where that lies', () => {
    const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['a'] }] }];
    const local = persistent({ nodeAffinity: { required: { nodeSelectorTerms: terms } } });
    const on = (name: string) => isOnNode(local, { name, labels: { 'kubernetes.io/hostname': name } });
    assert.deepEqual([on('a'), on('b'), isOnNode(persistent({}), { name: 'b', labels: {} })], [true, false, true]);
  });

  describe('in the API', () => {
    const api = new MemoryApi();
    const resolve = (v: Volume) => resolveClaim(v, pod, api, 'here');
    before(async () => {
      const { metadata } = await api.create(persistentVolumeClaims, claim());
      const terms = [{ matchExpressions: [{ key: 'where', operator: 'In', values: ['here'] }] }];
      await api.create(nodes, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'here', labels: { where: 'here' } },
      });
      await api.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'there' } });
      const nodeAffinity = { required: { nodeSelectorTerms: terms } };
      const claimRef = { uid: metadata.uid ?? '' };
      await api.create(persistentVolumes, persistent({ local: { path: '/x' }, claimRef, nodeAffinity }));
    });
    it('leads to its directory', async () => {
      assert.deepEqual(await resolve(volume), { kind: 'local', path: '/x' });
      const readOnly = { name: 'data', persistentVolumeClaim: { claimName: 'claim', readOnly: true } };
      assert.deepEqual(await resolve(readOnly), { kind: 'local', path: '/x', readOnly: true });
      await assert.rejects(resolveClaim(volume, pod, api, 'there'), /no matching NodeSelectorTerms/);
    });
    it('is waited for', () =>
      assert.rejects(
        resolve(ephemeral),
        /unmounted volumes=\[scratch\].*error processing PVC d\/p-scratch: failed to fetch PVC from API server: persistentvolumeclaims "p-scratch" not found/,
      ));
  });
});

describe('the sources of volumes', () => {
  it('of a PersistentVolume', () => {
    const nfs = { server: 's', path: '/p', readOnly: true };
    assert.deepEqual(sourceOfPersistent(persistent({ hostPath: { path: '/h' } })), {
      kind: 'hostPath',
      hostPath: { path: '/h' },
    });
    assert.deepEqual(sourceOfPersistent(persistent({ nfs, mountOptions: ['soft'] })), {
      kind: 'nfs',
      nfs,
      mountOptions: ['soft'],
      readOnly: true,
    });
    assert.throws(
      () => sourceOfPersistent(persistent({ csi: { driver: 'd', volumeHandle: 'h' } })),
      /volumes of type csi are not supported by this kubelet/,
    );
  });
  it('of a pod', () => {
    assert.equal(sourceOfVolume({ name: 'v', secret: {} }).readOnly, true);
    assert.throws(() => sourceOfVolume({ name: 'v', gitRepo: { repository: 'r' } }), /type gitRepo are not supported/);
  });
  it('NFS is mounted by the words of mount(8)', () => {
    assert.deepEqual(nfsArguments({ server: 'files', path: '/a' }, [], '/to'), ['-t', 'nfs', 'files:/a', '/to']);
    assert.deepEqual(nfsArguments({ server: 'fd00::1', path: '/a', readOnly: true }, ['soft'], '/to'), [
      '-t',
      'nfs',
      '-o',
      'ro,soft',
      '[fd00::1]:/a',
      '/to',
    ]);
  });
  it('a group gets what it needs, and keeps what is there', () => {
    const modes: [number, boolean, number][] = [
      [0o755, true, 0o2775],
      [0o644, false, 0o664],
      [0o700, false, 0o760],
    ];
    for (const [mode, isDirectory, shared] of modes) assert.equal(sharedMode(mode, isDirectory), shared);
  });
});
