import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.js';
import { nodes, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../../client/resources.js';
import { ephemeralVolumeController } from '../ephemeralvolume/controller.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { report } from '../testing/kubelet.js';
import { node, pod } from '../testing/objects.js';
import { claimProtection, volumeProtection } from '../volumeprotection/controller.js';
import { persistentVolumeBinder } from './controller.js';
import { localFolder } from './local-folder.js';

const name = { namespace: 'default', name: 'data' };
const claim = (spec: object = {}, meta: object = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { ...name, ...meta },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
  status: { phase: 'Pending' },
});
const volume = (of: string, spec: object = {}): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: of },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, ...spec },
});
const begun = async (arrange: (cluster: Cluster) => void): Promise<Cluster> => {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(persistentVolumeBinder);
  await cluster.settle();
  return cluster;
};
const claimOf = (cluster: Cluster) => cluster.find(persistentVolumeClaims, name);
const only = (cluster: Cluster): PersistentVolume => cluster.all(persistentVolumes)[0] as PersistentVolume;
const local = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local' },
  provisioner: localFolder,
  parameters: { path: '/v' },
  volumeBindingMode: 'WaitForFirstConsumer',
};

describe('the persistent volume binder', () => {
  it('binds a claim and a volume to each other', async () => {
    const cluster = await begun(c => {
      c.put(persistentVolumes, volume('v'));
      c.put(persistentVolumeClaims, claim());
    });
    assert.equal(claimOf(cluster)?.spec?.volumeName, 'v');
    assert.deepEqual(claimOf(cluster)?.status, {
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '5Gi' },
    });
    assert.equal(only(cluster).status?.phase, 'Bound');
    const { length } = cluster.writes;
    cluster.start(persistentVolumeBinder);
    await cluster.settle();
    assert.equal(cluster.writes.length, length);
  });

  it('has a volume that comes later bound to the claim that waits', async () => {
    const cluster = await begun(c => c.put(persistentVolumeClaims, claim()));
    assert.match(cluster.events.join(), /Normal FailedBinding no persistent volumes available for this claim/);
    cluster.put(persistentVolumes, volume('v'));
    await cluster.settle();
    assert.equal(claimOf(cluster)?.status?.phase, 'Bound');
  });

  it('releases a volume whose claim is gone, and keeps it', async () => {
    const cluster = await begun(c => {
      c.put(persistentVolumes, volume('v', { persistentVolumeReclaimPolicy: 'Retain' }));
      c.put(persistentVolumeClaims, claim());
    });
    cluster.remove(persistentVolumeClaims, name);
    await cluster.settle();
    assert.equal(only(cluster).status?.phase, 'Released');
    cluster.put(persistentVolumeClaims, claim());
    await cluster.settle();
    assert.equal(claimOf(cluster)?.status?.phase, 'Pending', 'what is on it is not for another');
  });

  it('says that it cannot delete what nobody made', async () => {
    const cluster = await begun(c => {
      c.put(persistentVolumes, volume('v', { persistentVolumeReclaimPolicy: 'Delete' }));
      c.put(persistentVolumeClaims, claim());
    });
    cluster.remove(persistentVolumeClaims, name);
    await cluster.settle();
    assert.equal(only(cluster).status?.phase, 'Failed');
    assert.match(cluster.events.join(), /Warning VolumeFailedDelete error getting deleter volume plugin/);
  });

  it('makes a folder for a claim whose pod has a node, and removes it with the claim', async () => {
    const cluster = await begun(c => {
      c.put(nodes, node('n1'));
      c.put(storageClasses, local);
      c.put(persistentVolumeClaims, claim({ storageClassName: 'local' }));
    });
    assert.match(cluster.events.join(), /WaitForFirstConsumer/);
    const waits = claimOf(cluster) as PersistentVolumeClaim;
    const annotations = { ...waits.metadata.annotations, 'volume.kubernetes.io/selected-node': 'n1' };
    cluster.put(persistentVolumeClaims, { ...waits, metadata: { ...waits.metadata, annotations } });
    await cluster.settle();
    assert.equal(claimOf(cluster)?.status?.phase, 'Bound');
    assert.equal(claimOf(cluster)?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'], localFolder);
    assert.equal(only(cluster).metadata.name, `pvc-${waits.metadata.uid}`);

    cluster.remove(persistentVolumeClaims, name);
    await cluster.settle();
    const [cleaner] = cluster.all(pods);
    assert.ok(cleaner);
    assert.equal(cleaner.spec?.nodeName, 'n1');
    assert.deepEqual(cleaner.spec?.containers[0]?.command, ['rm', '-rf', `/volumes/pvc-${waits.metadata.uid}`]);
    assert.equal(cluster.all(persistentVolumes).length, 1, 'not before its folder is gone');
    report(cluster, cleaner, { phase: 'Succeeded' });
    await cluster.settle();
    assert.equal(cluster.all(persistentVolumes).length, 0);
    cluster.finishDeletions(pods);
    assert.equal(cluster.all(pods).length, 0);
  });

  it('has the pod placed anew where no volume can be made', async () => {
    const cluster = await begun(c => {
      c.put(storageClasses, local);
      const annotations = { 'volume.kubernetes.io/selected-node': 'gone' };
      c.put(persistentVolumeClaims, claim({ storageClassName: 'local' }, { annotations }));
    });
    assert.equal(claimOf(cluster)?.metadata.annotations?.['volume.kubernetes.io/selected-node'], undefined);
    assert.match(cluster.events.join(), /ProvisioningFailed .*node "gone" not found/);
  });

  it('names the provisioner who is to make it', async () => {
    const cluster = await begun(c => {
      c.put(storageClasses, { ...local, provisioner: 'csi.example.com', volumeBindingMode: 'Immediate' });
      c.put(persistentVolumeClaims, claim({ storageClassName: 'local' }));
    });
    assert.match(cluster.events.join(), /ExternalProvisioning Waiting for a volume to be created either by/);
    assert.equal(
      claimOf(cluster)?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'],
      'csi.example.com',
    );
  });

  it('law: no volume is given to two, and none to nobody, wherever it crashes', async () => {
    const counts = fc.record({ volumes: fc.nat({ max: 4 }), claims: fc.nat({ max: 4 }) });
    await fc.assert(
      fc.asyncProperty(counts, fc.array(fc.nat({ max: 7 }), { maxLength: 4 }), async (world, crashes) => {
        const cluster = new Cluster();
        for (let i = 0; i < world.volumes; i++) cluster.put(persistentVolumes, volume(`v${i}`));
        for (let i = 0; i < world.claims; i++) cluster.put(persistentVolumeClaims, claim({}, { name: `c${i}` }));
        for (const writes of [...crashes, Number.POSITIVE_INFINITY]) {
          cluster.crashAfter = writes;
          cluster.start(persistentVolumeBinder);
          await cluster.settle().catch(error => assert.ok(error instanceof Crash, String(error)));
        }
        const bound = cluster.all(persistentVolumeClaims).filter(({ status }) => status?.phase === 'Bound');
        assert.equal(bound.length, Math.min(world.volumes, world.claims));
        assert.equal(new Set(bound.map(({ spec }) => spec?.volumeName)).size, bound.length);
        for (const { metadata, spec } of bound) {
          const its = cluster.find(persistentVolumes, { name: spec?.volumeName ?? '' });
          assert.deepEqual([its?.spec?.claimRef?.uid, its?.status?.phase], [metadata.uid, 'Bound']);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the protection of volumes', () => {
  const user = pod('user', {
    node: 'n1',
    spec: { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] },
  });
  const finalizers = ['kubernetes.io/pvc-protection'];

  it('keeps a claim for as long as a pod uses it', async () => {
    const cluster = new Cluster();
    cluster.put(persistentVolumeClaims, claim());
    cluster.put(pods, user);
    cluster.start(claimProtection({ list: async () => ({ items: cluster.all(pods) }) as never }));
    await cluster.settle();
    assert.deepEqual(claimOf(cluster)?.metadata.finalizers, finalizers);
    const held = claimOf(cluster) as PersistentVolumeClaim;
    const deletionTimestamp = '2025-01-01T00:00:00Z';
    cluster.put(persistentVolumeClaims, { ...held, metadata: { ...held.metadata, deletionTimestamp } });
    await cluster.settle();
    assert.ok(claimOf(cluster));
    cluster.remove(pods, { namespace: 'default', name: 'user' });
    await cluster.settle();
    assert.equal(claimOf(cluster), undefined);
  });

  it('keeps a volume for as long as it is bound', async () => {
    const cluster = new Cluster();
    const metadata = { name: 'v', finalizers: ['kubernetes.io/pv-protection'], deletionTimestamp: 't' };
    cluster.put(persistentVolumes, { ...volume('v'), metadata, status: { phase: 'Bound' } });
    cluster.start(volumeProtection);
    await cluster.settle();
    assert.deepEqual(cluster.writes, []);
    cluster.put(persistentVolumes, { ...only(cluster), status: { phase: 'Released' } });
    await cluster.settle();
    assert.equal(cluster.all(persistentVolumes).length, 0);
  });
});

describe('an ephemeral volume', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'] } };
  const user = pod('web', { spec: { volumes: [{ name: 'tmp', ephemeral: { volumeClaimTemplate: template } }] } });

  it('is a claim of the pod alone', async () => {
    const cluster = new Cluster();
    cluster.put(pods, user);
    cluster.start(ephemeralVolumeController);
    await cluster.settle();
    const [made] = cluster.all(persistentVolumeClaims);
    assert.deepEqual([made?.metadata.name, made?.metadata.labels], ['web-tmp', { a: 'b' }]);
    assert.equal(made?.metadata.ownerReferences?.[0]?.uid, user.metadata.uid);
  });

  it('is not a claim of that name that is somebody else’s', async () => {
    const cluster = new Cluster();
    cluster.put(pods, user);
    cluster.put(persistentVolumeClaims, claim({}, { name: 'web-tmp' }));
    cluster.start(ephemeralVolumeController);
    await assert.rejects(cluster.settle(), /was not created for pod default\/web \(pod is not owner\)/);
    assert.match(cluster.events.join(), /Warning FailedBinding ephemeral volume: PVC default\/web-tmp/);
  });
});
