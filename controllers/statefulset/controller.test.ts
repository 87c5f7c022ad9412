import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pod, StatefulSet } from '../../api/types.js';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../client/resources.js';
import { isReady } from '../pod-state.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { live, report } from '../testing/kubelet.js';
import { statefulSetController } from './controller.js';
import { ordinalOf } from './names.js';

const key = { namespace: 'default', name: 'db' };
type Spec = NonNullable<StatefulSet['spec']>;
const setOf = (spec: Partial<Spec> = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { ...key, uid: 'uid-of-db', generation: 1 },
  spec: {
    replicas: 3,
    serviceName: 'db',
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'db:1' }] } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
    ...spec,
  },
});

const started = async (spec: Partial<Spec> = {}): Promise<Cluster> => {
  const cluster = new Cluster();
  cluster.put(statefulSets, setOf(spec));
  cluster.start(statefulSetController);
  await live(cluster);
  return cluster;
};
const found = (cluster: Cluster) => cluster.find(statefulSets, key) as StatefulSet;
const change = (cluster: Cluster, spec: Partial<Spec>): void => {
  const set = found(cluster);
  const generation = (set.metadata.generation ?? 0) + 1;
  cluster.put(statefulSets, {
    ...set,
    metadata: { ...set.metadata, generation },
    spec: { ...(set.spec as Spec), ...spec },
  });
};
const image = (name: string) => ({
  template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: name }] } },
});
const images = (cluster: Cluster): string[] =>
  cluster
    .all(pods)
    .sort((a, b) => ordinalOf(a) - ordinalOf(b))
    .map(({ metadata, spec }) => `${metadata.name} ${spec?.containers[0]?.image}`);

describe('the stateful set controller', () => {
  it('makes pods one after the other, each with its claim', async () => {
    const cluster = await started();
    const made = cluster.writes.filter(write => / (pods|persistentvolumeclaims) /.test(write));
    assert.deepEqual(made, [
      'create persistentvolumeclaims default/data-db-0',
      'create pods default/db-0',
      'create persistentvolumeclaims default/data-db-1',
      'create pods default/db-1',
      'create persistentvolumeclaims default/data-db-2',
      'create pods default/db-2',
    ]);
    const { status } = found(cluster);
    assert.deepEqual([status?.readyReplicas, status?.currentReplicas, status?.updatedReplicas], [3, 3, 3]);
    assert.ok(cluster.events.includes('Normal SuccessfulCreate create Pod db-0 in StatefulSet db successful'));
    assert.ok(
      cluster.events.includes('Normal SuccessfulCreate create Claim data-db-0 Pod db-0 in StatefulSet db success'),
    );
  });

  it('brings a new template to them from the last to the first, and remembers the old one', async () => {
    const cluster = await started();
    cluster.writes.length = 0;
    change(cluster, image('db:2'));
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:2', 'db-1 db:2', 'db-2 db:2']);
    const deleted = cluster.writes.filter(write => write.startsWith('delete pods'));
    assert.deepEqual(deleted, ['delete pods default/db-2', 'delete pods default/db-1', 'delete pods default/db-0']);
    assert.deepEqual(
      cluster.all(controllerRevisions).map(({ revision }) => revision),
      [1, 2],
    );
    assert.equal(found(cluster).status?.currentRevision, found(cluster).status?.updateRevision);
  });

  it('stops at the partition, and makes pods below it as they were', async () => {
    const cluster = await started();
    change(cluster, {
      ...image('db:2'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    });
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:1', 'db-1 db:1', 'db-2 db:2']);
    for (const name of ['db-0', 'db-1', 'db-2']) cluster.remove(pods, { namespace: 'default', name });
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:1', 'db-1 db:1', 'db-2 db:2']);
  });

  it('goes back to a template that it had', async () => {
    const cluster = await started();
    change(cluster, image('db:2'));
    await live(cluster);
    change(cluster, image('db:1'));
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:1', 'db-1 db:1', 'db-2 db:1']);
    assert.deepEqual(
      cluster.all(controllerRevisions).map(({ revision }) => revision),
      [3, 2],
    );
  });

  it('keeps as many revisions as it is to', async () => {
    const cluster = await started({ revisionHistoryLimit: 1 });
    for (const version of [2, 3, 4]) {
      change(cluster, image(`db:${version}`));
      await live(cluster);
    }
    const kept = cluster.all(controllerRevisions).map(({ revision }) => revision);
    assert.deepEqual(kept, [3, 4]);
  });

  it('keeps claims when it shrinks, and finds them again', async () => {
    const cluster = await started();
    change(cluster, { replicas: 1 });
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:1']);
    assert.equal(cluster.all(persistentVolumeClaims).length, 3);
    cluster.writes.length = 0;
    change(cluster, { replicas: 2 });
    await live(cluster);
    assert.equal(cluster.writes.filter(write => write.startsWith('create persistentvolumeclaims')).length, 0);
  });

  it('gives a claim to the pod that is scaled away, where it is to go with it', async () => {
    const cluster = await started({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
    });
    change(cluster, { replicas: 2 });
    await cluster.settle();
    const owners = cluster.all(persistentVolumeClaims).map(({ metadata }) => metadata.ownerReferences?.[0]?.kind);
    assert.deepEqual(owners, ['StatefulSet', 'StatefulSet', 'Pod']);
  });

  it('waits for a claim that is on its way out', async () => {
    const cluster = await started({ replicas: 1 });
    cluster.remove(pods, { namespace: 'default', name: 'db-0' });
    const [claim] = cluster.all(persistentVolumeClaims);
    assert.ok(claim);
    const deletionTimestamp = '2025-01-01T00:00:00Z';
    cluster.put(persistentVolumeClaims, {
      ...claim,
      metadata: { ...claim.metadata, deletionTimestamp, finalizers: ['kubernetes.io/pvc-protection'] },
    });
    await assert.rejects(cluster.settle(), /pvc data-db-0 is being deleted/);
    cluster.remove(persistentVolumeClaims, { namespace: 'default', name: 'data-db-0' });
    cluster.start(statefulSetController);
    await live(cluster);
    assert.deepEqual(images(cluster), ['db-0 db:1']);
  });

  it('replaces a pod that failed, under its name', async () => {
    const cluster = await started({ replicas: 2 });
    const old = cluster.find(pods, { namespace: 'default', name: 'db-0' }) as Pod;
    report(cluster, old, { phase: 'Failed' });
    await live(cluster);
    const now = cluster.find(pods, { namespace: 'default', name: 'db-0' }) as Pod;
    assert.notEqual(now.metadata.uid, old.metadata.uid);
    assert.match(
      cluster.events.join('\n'),
      /RecreatingFailedPod StatefulSet default\/db is recreating failed Pod db-0/,
    );
  });

  it('law: in order, no pod is made before those below it serve, wherever it crashes', async () => {
    const life = fc.record({
      sizes: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 4 }),
      crashes: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ sizes, crashes }) => {
        const cluster = new Cluster();
        cluster.put(statefulSets, setOf({ replicas: 0 }));
        cluster.refuse = write => {
          const ordinal = Number(/^create pods default\/db-(\d+)/.exec(write)?.[1] ?? Number.NaN);
          if (Number.isNaN(ordinal)) return;
          const below = cluster.all(pods).filter(pod => ordinalOf(pod) < ordinal && isReady(pod));
          assert.equal(below.length, ordinal, `${write} while only ${below.length} below it serve`);
        };
        for (const [turn, replicas] of sizes.entries()) {
          change(cluster, { replicas, ...image(`db:${turn % 3}`) });
          for (const writes of [...crashes, Number.POSITIVE_INFINITY]) {
            cluster.crashAfter = writes;
            cluster.start(statefulSetController);
            await live(cluster).catch(error => assert.ok(error instanceof Crash, String(error)));
          }
          assert.deepEqual(
            images(cluster),
            Array.from({ length: replicas }, (_, i) => `db-${i} db:${turn % 3}`),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});
