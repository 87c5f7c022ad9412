import assert from 'node:assert/strict';
import { nodes, pods } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { node, pod } from '../testing/objects.js';
import { podGarbageCollector } from './controller.js';

async function settled(arrange: (cluster: Cluster) => void, threshold?: number): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(podGarbageCollector(threshold));
  await cluster.settle();
  return cluster;
}

describe('the pod garbage collector', () => {
  it('marks the pods of a node that went missing as failed, and removes them after the quarantine', async () => {
    const cluster = await settled(c => {
      c.put(nodes, node('n1'));
      c.put(pods, pod('a', { node: 'n1' }));
      c.put(pods, pod('ended', { node: 'n1', phase: 'Succeeded' }));
    });
    cluster.remove(nodes, { name: 'n1' });
    await cluster.pass(39_000);
    assert.deepEqual(cluster.writes, []);
    await cluster.pass(1000);
    assert.deepEqual(cluster.writes, [
      'patch pods/status default/a',
      'delete pods default/a',
      'delete pods default/ended',
    ]);
    assert.deepEqual(cluster.all(pods), []);
  });

  it('forgets that a node was missing when it comes back', async () => {
    const cluster = await settled(c => {
      c.put(nodes, node('n1'));
      c.put(pods, pod('a', { node: 'n1' }));
    });
    cluster.remove(nodes, { name: 'n1' });
    await cluster.pass(30_000);
    cluster.put(nodes, node('n1'));
    await cluster.pass(60_000);
    cluster.remove(nodes, { name: 'n1' });
    await cluster.pass(39_000);
    assert.deepEqual(cluster.writes, []);
  });

  it('does not believe its cache about a missing node when a live read disagrees', async () => {
    const cluster = await settled(c => c.put(pods, pod('a', { node: 'n1' })));
    cluster.now += 40_000;
    const context = cluster.context;
    const write = { ...context.write, getLive: async () => node('n1') as never };
    const controller = podGarbageCollector();
    await controller.reconcile('default/a', context);
    cluster.now += 40_000;
    await controller.reconcile('default/a', { ...context, write });
    assert.deepEqual(cluster.writes, []);
  });

  it('removes the surplus of ended pods', async () => {
    const cluster = await settled(c => {
      c.put(nodes, node('n1'));
      for (let i = 0; i < 5; i++)
        c.put(
          pods,
          pod(`p${i}`, { node: 'n1', phase: 'Succeeded', creationTimestamp: `2025-01-01T00:00:0${i}Z` as never }),
        );
    }, 3);
    assert.deepEqual(
      cluster.all(pods).map(p => p.metadata.name),
      ['p2', 'p3', 'p4'],
    );
  });
});
