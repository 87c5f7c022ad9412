import assert from 'node:assert/strict';
import fc from 'fast-check';
import { statusError } from '../../api/status.js';
import type { ReplicationController } from '../../api/types.js';
import { pods, replicaSets, replicationControllers } from '../../client/resources.js';
import { controllerOf, isActive } from '../pod-state.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { pod, replicationControllerNamed } from '../testing/objects.js';
import { replicaSetController, replicationController } from './controller.js';

const key = { namespace: 'default', name: 'web' };

async function running(replicas: number, arrange: (cluster: Cluster) => void = () => {}): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.put(replicationControllers, replicationControllerNamed('web', { replicas }));
  arrange(cluster);
  cluster.start(replicationController);
  await cluster.settle();
  return cluster;
}

const rcOf = (cluster: Cluster) => cluster.find(replicationControllers, key) as ReplicationController;
const alive = (cluster: Cluster) => cluster.all(pods).filter(isActive);

describe('the replication controller', () => {
  it('makes pods from the template, owns them and says so', async () => {
    const cluster = await running(3);
    assert.equal(alive(cluster).length, 3);
    const [first] = alive(cluster);
    assert.match(first?.metadata.name ?? '', /^web-./);
    assert.deepEqual(first?.metadata.labels, { app: 'web' });
    assert.deepEqual(controllerOf(first as never)?.uid, 'uid-of-web');
    assert.deepEqual(rcOf(cluster).status, { replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 });
    assert.equal(cluster.events.filter(e => e.startsWith('Normal SuccessfulCreate Created pod: web-')).length, 3);
  });

  it('replaces a pod that is deleted, one that failed and one that terminates', async () => {
    const cluster = await running(3);
    const [a, b, c] = alive(cluster);
    assert.ok(a && b && c);
    cluster.remove(pods, { namespace: 'default', name: a.metadata.name ?? '' });
    cluster.put(pods, { ...b, status: { phase: 'Failed' } });
    cluster.put(pods, { ...c, metadata: { ...c.metadata, deletionTimestamp: '2025-01-01T00:00:00Z' } });
    await cluster.settle();
    assert.equal(alive(cluster).length, 3);
    assert.equal(rcOf(cluster).status?.replicas, 3);
  });

  it('adopts a matching orphan and deletes only the surplus', async () => {
    const cluster = await running(1, c => c.put(pods, pod('orphan', { uid: 'o' })));
    assert.deepEqual(
      alive(cluster).map(p => [p.metadata.name, controllerOf(p)?.name]),
      [['orphan', 'web']],
    );
  });

  it('releases a pod whose labels changed, and replaces it', async () => {
    const cluster = await running(1);
    const [first] = alive(cluster);
    assert.ok(first);
    cluster.put(pods, { ...first, metadata: { ...first.metadata, labels: { app: 'debug' } } });
    await cluster.settle();
    const released = cluster.find(pods, { namespace: 'default', name: first.metadata.name ?? '' });
    assert.deepEqual(released?.metadata.ownerReferences, []);
    assert.equal(alive(cluster).filter(p => controllerOf(p)?.name === 'web').length, 1);
  });

  it('does not adopt for a controller that, read live, is gone', async () => {
    const cluster = new Cluster();
    cluster.put(replicationControllers, replicationControllerNamed('web', { replicas: 1 }));
    cluster.put(pods, pod('orphan'));
    cluster.start(replicationController);
    const context = cluster.context;
    const write = { ...context.write, getLive: async () => undefined };
    await assert.rejects(replicationController.reconcile('default/web', { ...context, write }), /being deleted/);
    assert.deepEqual(cluster.writes, []);
  });

  it('says ReplicaFailure and FailedCreate while pods are refused, asks once a turn, and clears it afterwards', async () => {
    const cluster = new Cluster();
    cluster.put(replicationControllers, replicationControllerNamed('web', { replicas: 5 }));
    cluster.start(replicationController);
    let asked = 0;
    cluster.refuse = write => {
      if (!write.startsWith('create pods')) return;
      asked++;
      throw statusError('Forbidden', 'exceeded quota');
    };
    await assert.rejects(cluster.settle(), /exceeded quota/);
    assert.equal(asked, 1);
    const [condition] = rcOf(cluster).status?.conditions ?? [];
    assert.deepEqual(
      [condition?.type, condition?.status, condition?.reason, condition?.message],
      ['ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota'],
    );
    assert.deepEqual(cluster.events, ['Warning FailedCreate Error creating: exceeded quota']);
    cluster.refuse = () => {};
    cluster.start(replicationController);
    await cluster.settle();
    assert.equal(rcOf(cluster).status?.conditions, undefined);
    assert.equal(alive(cluster).length, 5);
  });

  it('is silent when the namespace is going', async () => {
    const cluster = new Cluster();
    cluster.put(replicationControllers, replicationControllerNamed('web', { replicas: 5 }));
    cluster.start(replicationController);
    cluster.refuse = write => {
      if (!write.startsWith('create pods')) return;
      const causes = [{ reason: 'NamespaceTerminating', message: '', field: '' }];
      throw statusError('Forbidden', 'namespace default is being terminated', { causes });
    };
    await cluster.settle();
    assert.deepEqual(cluster.events, []);
  });

  it('counts a pod as available once it has been ready for minReadySeconds', async () => {
    const cluster = new Cluster();
    cluster.now = Date.parse('2025-01-01T12:00:00Z');
    cluster.put(replicationControllers, replicationControllerNamed('web', { replicas: 1, minReadySeconds: 30 }));
    cluster.put(pods, pod('a', { owner: replicationControllerNamed('web'), ready: 10 }));
    cluster.start(replicationController);
    await cluster.settle();
    assert.equal(rcOf(cluster).status?.availableReplicas, undefined);
    await cluster.pass(20_000);
    assert.equal(rcOf(cluster).status?.availableReplicas, 1);
  });

  it('converges with nothing doubled whatever the write before which it crashed, again and again', async () => {
    const crashes = fc.array(fc.nat({ max: 6 }), { maxLength: 4 });
    const start = fc.record({ replicas: fc.nat({ max: 6 }), owned: fc.nat({ max: 6 }), orphans: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(start, crashes, async ({ replicas, owned, orphans }, lives) => {
        const cluster = new Cluster();
        const rc = cluster.put(replicationControllers, replicationControllerNamed('web', { replicas }));
        for (let i = 0; i < owned; i++) cluster.put(pods, pod(`owned-${i}`, { owner: rc }));
        for (let i = 0; i < orphans; i++) cluster.put(pods, pod(`orphan-${i}`));
        for (const writes of [...lives, Number.POSITIVE_INFINITY]) {
          cluster.crashAfter = writes;
          cluster.start(replicationController);
          await cluster.settle().catch(error => assert.ok(error instanceof Crash, String(error)));
        }
        assert.equal(alive(cluster).length, replicas);
        assert.ok(alive(cluster).every(p => p.metadata.ownerReferences?.length === 1));
        assert.equal(rcOf(cluster).status?.replicas, replicas);
        const made = cluster.writes.filter(w => w.startsWith('create pods')).length;
        assert.equal(made, Math.max(0, replicas - owned - orphans), 'no pod is made that was not missing');
      }),
      { numRuns: 100 },
    );
  });
});

describe('the replica set controller', () => {
  it('keeps the same promise, with a selector that has expressions', async () => {
    const cluster = new Cluster();
    const selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'www'] }] };
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } };
    cluster.put(replicaSets, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'default', uid: 'uid-of-web', generation: 1 },
      spec: { replicas: 2, selector, template },
    });
    cluster.put(pods, pod('orphan', { labels: { app: 'www' } }));
    cluster.put(pods, pod('other', { labels: { app: 'db' } }));
    cluster.start(replicaSetController);
    await cluster.settle();
    const mine = alive(cluster).filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicaSet');
    assert.deepEqual(mine.map(({ metadata }) => metadata.labels?.app).sort(), ['web', 'www']);
    assert.equal(cluster.find(replicaSets, key)?.status?.replicas, 2);
  });
});
