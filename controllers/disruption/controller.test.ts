import assert from 'node:assert/strict';
import { statusError } from '../../api/status.js';
import type { PodDisruptionBudget, ReplicaSet } from '../../api/types.js';
import { deployments, podDisruptionBudgets, pods, replicaSets } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, deploymentNamed, noon, ownedBy, pod } from '../testing/objects.js';
import { disruptionController } from './controller.js';
import { scalesBy } from './scales.js';
import { staleDisruptionController } from './stale.js';

const name = { namespace: 'default', name: 'web' };
const budget = (spec: object): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { ...name, uid: 'uid-of-budget', generation: 1 },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});
const replicaSet = (set: string): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    namespace: 'default',
    name: set,
    uid: `uid-of-${set}`,
    ownerReferences: [ownedBy(deploymentNamed('web'))],
  },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } } },
});
const kinds = [
  { group: 'example.com', version: 'v1', plural: 'fleets', kind: 'Fleet', namespaced: true, verbs: ['get'] },
];
const served = (scale?: object) =>
  scalesBy(
    {
      raw: async path => {
        assert.equal(path, '/apis/example.com/v1/namespaces/default/fleets/f/scale');
        if (!scale) throw statusError('NotFound', 'the server could not find the requested resource');
        return { contentType: 'application/json', body: Buffer.from(JSON.stringify(scale)) };
      },
    },
    kinds,
  );

async function counted(spec: object, arrange: (cluster: Cluster) => void, scales = served()): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.now = noon;
  cluster.put(podDisruptionBudgets, budget(spec));
  arrange(cluster);
  cluster.start(disruptionController(scales));
  await cluster.settle();
  return cluster;
}
const statusOf = (cluster: Cluster) => cluster.find(podDisruptionBudgets, name)?.status;
const fleet = { apiVersion: 'example.com/v1', kind: 'Fleet', metadata: { ...name, name: 'f', uid: 'uid-of-f' } };

describe('the disruption controller', () => {
  it("goes by a deployment's size, once for all of its ReplicaSets", async () => {
    const cluster = await counted({ maxUnavailable: 1 }, c => {
      c.put(deployments, deploymentNamed('web', { replicas: 3 }));
      const sets = ['web-1', 'web-2'].map(set => c.put(replicaSets, replicaSet(set)));
      sets.forEach((set, i) => {
        c.put(pods, pod(`${i}-a`, { owner: set }));
        c.put(pods, pod(`${i}-b`, { owner: set }));
      });
    });
    const { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed } = statusOf(cluster) ?? {};
    assert.deepEqual([expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed], [3, 2, 4, 2]);
    const { length } = cluster.writes;
    cluster.start(disruptionController(served()));
    await cluster.settle();
    assert.equal(cluster.writes.length, length, 'what is said already is not said again');
  });

  it('asks the scale of an owner that it does not know', async () => {
    const scale = { metadata: { uid: 'uid-of-f' }, spec: { replicas: 4 } };
    const own = (c: Cluster): unknown => c.put(pods, pod('a', { owner: fleet }));
    const cluster = await counted({ minAvailable: '50%' }, own, served(scale));
    assert.equal(statusOf(cluster)?.expectedPods, 4);
    assert.equal(statusOf(cluster)?.desiredHealthy, 2);
  });

  it('says so when an owner has no scale, and allows nothing', async () => {
    const cluster = await counted({ minAvailable: '50%' }, c => c.put(pods, pod('a', { owner: fleet })));
    assert.equal(statusOf(cluster)?.disruptionsAllowed, 0);
    const [condition] = statusOf(cluster)?.conditions ?? [];
    assert.equal(condition?.reason, 'SyncFailed');
    assert.equal(condition?.message, 'fleets.example.com does not implement the scale subresource');
    assert.match(cluster.events.join(), /Warning CalculateExpectedPodCountFailed/);
  });

  it('follows its pods', async () => {
    const cluster = await counted({ minAvailable: 1 }, c => {
      c.put(pods, pod('a'));
      c.put(pods, pod('b'));
    });
    assert.equal(statusOf(cluster)?.disruptionsAllowed, 1);
    cluster.remove(pods, { namespace: 'default', name: 'a' });
    await cluster.settle();
    assert.equal(statusOf(cluster)?.disruptionsAllowed, 0);
  });

  it('gives an eviction back that led to nothing', async () => {
    const cluster = await counted({ minAvailable: 1 }, c => {
      const [found] = c.all(podDisruptionBudgets);
      assert.ok(found);
      const counts = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 2 };
      c.put(podDisruptionBudgets, { ...found, status: { ...counts, disruptedPods: { a: ago(0) } } });
      c.put(pods, pod('a'));
      c.put(pods, pod('b'));
    });
    assert.equal(statusOf(cluster)?.disruptionsAllowed, 0);
    await cluster.pass(121_000);
    assert.equal(statusOf(cluster)?.disruptionsAllowed, 1);
    assert.match(cluster.events.join(), /Warning NotDeleted Pod was expected by PDB default\/web to be deleted/);
  });
});

describe('the mark of a disruption that did not come', () => {
  it('is taken back after two minutes', async () => {
    const cluster = new Cluster();
    cluster.now = noon;
    const marked = pod('a');
    const mark = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      lastTransitionTime: ago(0),
    };
    cluster.put(pods, { ...marked, status: { ...marked.status, conditions: [mark] } });
    cluster.start(staleDisruptionController);
    await cluster.pass(119_000);
    assert.deepEqual(cluster.writes, []);
    await cluster.pass(2_000);
    const found = cluster.find(pods, { namespace: 'default', name: 'a' });
    assert.equal(found?.status?.conditions?.[0]?.status, 'False');
  });
});
