import assert from 'node:assert/strict';
import type { Taint } from '../../api/types.js';
import { nodes, pods } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { node, pod } from '../testing/objects.js';
import { taintEvictionController } from './controller.js';

const noExecute: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const tainted = (...taints: Taint[]) => ({ ...node('n1'), spec: { taints } });
const tolerations = [{ ...noExecute, operator: 'Exists', tolerationSeconds: 300 }];

async function settled(): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.put(nodes, tainted());
  cluster.put(pods, pod('patient', { node: 'n1', spec: { tolerations } as never }));
  cluster.put(pods, pod('touchy', { node: 'n1' }));
  cluster.put(pods, pod('elsewhere', { node: 'n2' }));
  cluster.start(taintEvictionController());
  await cluster.settle();
  return cluster;
}
const leaving = (cluster: Cluster) =>
  cluster
    .all(pods)
    .filter(p => p.metadata.deletionTimestamp)
    .map(p => p.metadata.name);

describe('the taint eviction controller', () => {
  it('evicts at once what does not tolerate, and the rest when its time is over', async () => {
    const cluster = await settled();
    cluster.put(nodes, tainted(noExecute));
    await cluster.settle();
    assert.deepEqual(leaving(cluster), ['touchy']);
    const [condition] =
      cluster.find(pods, { namespace: 'default', name: 'touchy' })?.status?.conditions?.slice(-1) ?? [];
    assert.deepEqual([condition?.type, condition?.reason], ['DisruptionTarget', 'DeletionByTaintManager']);
    assert.deepEqual(cluster.events, ['Normal TaintManagerEviction Marking for deletion Pod default/touchy']);
    await cluster.pass(299_000);
    assert.deepEqual(leaving(cluster), ['touchy']);
    await cluster.pass(1000);
    assert.deepEqual(leaving(cluster), ['patient', 'touchy']);
  });

  it('lets a pod stay when the taint is lifted in time, and counts anew when it comes back', async () => {
    const cluster = await settled();
    cluster.put(nodes, tainted(noExecute));
    await cluster.pass(200_000);
    cluster.put(nodes, tainted());
    await cluster.pass(200_000);
    cluster.put(nodes, tainted(noExecute));
    await cluster.pass(200_000);
    assert.deepEqual(leaving(cluster), ['touchy']);
    await cluster.pass(100_000);
    assert.deepEqual(leaving(cluster), ['patient', 'touchy']);
  });

  it('evicts a pod that is bound to a node with the taint', async () => {
    const cluster = await settled();
    cluster.put(nodes, tainted(noExecute));
    cluster.put(pods, pod('late', { node: 'n1' }));
    await cluster.settle();
    assert.deepEqual(leaving(cluster), ['touchy', 'late']);
  });
});
