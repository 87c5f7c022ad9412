import assert from 'node:assert/strict';
import { microTimestamp } from '../../api/clock.js';
import type { Lease, Node } from '../../api/types.js';
import { leases, nodes, pods } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { node, pod } from '../testing/objects.js';
import { nodeLifecycleController } from './controller.js';

const lease = (name: string, now: number): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: { holderIdentity: name, renewTime: microTimestamp(now) },
});

/** Three nodes that are heard of; n1 has two pods. */
async function healthy(): Promise<Cluster> {
  const cluster = new Cluster();
  for (const name of ['n1', 'n2', 'n3']) cluster.put(nodes, node(name));
  cluster.put(pods, pod('a', { node: 'n1' }));
  cluster.put(pods, pod('b', { node: 'n2' }));
  cluster.start(nodeLifecycleController());
  await cluster.settle();
  return cluster;
}

/** Lets time pass while the named nodes renew their leases. */
async function alive(cluster: Cluster, seconds: number, ...names: string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    for (const name of names) cluster.put(leases, lease(name, cluster.now));
    await cluster.pass(10_000);
  }
}

const get = (cluster: Cluster, name: string) => cluster.find(nodes, { name }) as Node;
const isReady = (cluster: Cluster, name: string) =>
  get(cluster, name).status?.conditions?.find(c => c.type === 'Ready')?.status;
const taints = (cluster: Cluster, name: string) =>
  (get(cluster, name).spec?.taints ?? []).map(t => `${t.key.split('/')[1]}:${t.effect}`);

/** The kubelet posts its status again. */
function returns(cluster: Cluster, name: string): void {
  const current = get(cluster, name);
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: microTimestamp(cluster.now) }];
  cluster.put(nodes, { ...current, status: { ...current.status, conditions } });
}

describe('the node lifecycle controller', () => {
  it('writes nothing about nodes that are heard of', async () => {
    const cluster = await healthy();
    await alive(cluster, 300, 'n1', 'n2', 'n3');
    assert.deepEqual(cluster.writes, []);
  });

  it('marks a node that falls silent after 40 s, its pods as not ready, and taints it', async () => {
    const cluster = await healthy();
    await alive(cluster, 30, 'n2', 'n3');
    assert.deepEqual(cluster.writes, []);
    await alive(cluster, 10, 'n2', 'n3');
    assert.equal(isReady(cluster, 'n1'), 'Unknown');
    assert.deepEqual(taints(cluster, 'n1').sort(), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
    const ready = (name: string) => cluster.find(pods, { namespace: 'default', name })?.status?.conditions?.[0]?.status;
    assert.deepEqual([ready('a'), ready('b')], ['False', 'True']);
    assert.ok(cluster.events.includes('Normal NodeNotReady Node n1 status is now: NodeNotReady'));
    assert.deepEqual([isReady(cluster, 'n2'), taints(cluster, 'n2')], ['True', []]);
  });

  it('lifts the taints when the node is heard of again', async () => {
    const cluster = await healthy();
    await alive(cluster, 60, 'n2', 'n3');
    returns(cluster, 'n1');
    await cluster.settle();
    assert.deepEqual(taints(cluster, 'n1'), []);
  });

  it('drives no pods out when all nodes fall silent, and gives them time when the first returns', async () => {
    const cluster = await healthy();
    await alive(cluster, 120);
    for (const name of ['n1', 'n2', 'n3']) assert.deepEqual(taints(cluster, name), ['unreachable:NoSchedule'], name);
    returns(cluster, 'n3');
    await alive(cluster, 30, 'n3');
    assert.deepEqual(taints(cluster, 'n1'), ['unreachable:NoSchedule']);
    await alive(cluster, 20, 'n3');
    assert.ok(taints(cluster, 'n1').includes('unreachable:NoExecute'));
  });

  it('empties one node after the other', async () => {
    const cluster = await healthy();
    await alive(cluster, 40, 'n3');
    const emptied = () => ['n1', 'n2'].filter(name => taints(cluster, name).includes('unreachable:NoExecute'));
    assert.equal(emptied().length, 1);
    await alive(cluster, 10, 'n3');
    assert.equal(emptied().length, 2);
  });

  it('gives a node that never reported a minute from its creation', async () => {
    const cluster = await healthy();
    cluster.put(nodes, node('new', {}, { creationTimestamp: new Date(cluster.now).toISOString() as never }));
    await alive(cluster, 50, 'n1', 'n2', 'n3');
    assert.equal(isReady(cluster, 'new'), undefined);
    await alive(cluster, 10, 'n1', 'n2', 'n3');
    assert.equal(get(cluster, 'new').status?.conditions?.[0]?.reason, 'NodeStatusNeverUpdated');
  });

  it('takes a shorter grace when told so', async () => {
    const cluster = new Cluster();
    cluster.put(nodes, node('n1'));
    cluster.start(nodeLifecycleController({ graceMs: 5000, startupGraceMs: 60_000 }));
    await cluster.pass(4000);
    assert.equal(isReady(cluster, 'n1'), 'True');
    await cluster.pass(1000);
    assert.equal(isReady(cluster, 'n1'), 'Unknown');
  });
});
