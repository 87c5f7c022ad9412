import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConfigMap } from '../../api/types.js';
import type { DeleteCallOptions } from '../../client/client.js';
import { configMaps, pods, replicationControllers } from '../../client/resources.js';
import type { Discovered } from '../discovery.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { ownedBy, pod, replicationControllerNamed } from '../testing/objects.js';
import { garbageCollector } from './controller.js';

const verbs = ['list', 'watch', 'delete', 'patch'];
const served: Discovered[] = [configMaps, pods, replicationControllers].map(r => ({ ...r, verbs }));
const rc = replicationControllerNamed('web');

type Edge = [child: number, owner: number];

/** Objects 0..n-1, each owned by those that the edges say. */
function things(cluster: Cluster, count: number, edges: readonly Edge[]): void {
  for (let i = 0; i < count; i++) {
    const owners = edges.filter(([child]) => child === i).map(([, owner]) => reference(owner));
    cluster.put(configMaps, { ...thing(i), metadata: { ...thing(i).metadata, ownerReferences: owners } });
  }
}
const thing = (i: number): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${i}`, namespace: 'default', uid: `uid-${i}-of-things` },
});
const reference = (i: number) => ownedBy(thing(i), { controller: false });
const left = (cluster: Cluster) =>
  cluster
    .all(configMaps)
    .map(o => Number(o.metadata.name))
    .sort();
const remove = (cluster: Cluster, i: number, propagationPolicy: NonNullable<DeleteCallOptions['propagationPolicy']>) =>
  cluster.context.write.delete(configMaps, { namespace: 'default', name: `${i}` }, { propagationPolicy });

async function running(arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(garbageCollector(served));
  await cluster.settle();
  return cluster;
}

describe('the garbage collector', () => {
  it('deletes the pods of a controller that is gone, and no others', async () => {
    const cluster = await running(c => {
      c.put(replicationControllers, rc);
      c.put(pods, pod('mine', { owner: rc }));
      c.put(pods, pod('nobodys'));
    });
    assert.deepEqual(cluster.writes, []);
    cluster.remove(replicationControllers, { namespace: 'default', name: 'web' });
    await cluster.settle();
    assert.deepEqual(cluster.writes, ['delete pods default/mine']);
  });

  it('follows the owners down, generation by generation', async () => {
    const cluster = await running(c =>
      things(c, 4, [
        [1, 0],
        [2, 1],
        [3, 2],
      ]),
    );
    await remove(cluster, 0, 'Background');
    await cluster.settle();
    assert.deepEqual(left(cluster), []);
  });

  it('deletes what came after its owner had gone', async () => {
    const cluster = await running(() => {});
    things(cluster, 2, [[1, 7]]);
    await cluster.settle();
    assert.deepEqual(left(cluster), [0]);
  });

  it('takes another of the same name for another', async () => {
    const cluster = await running(c => {
      c.put(replicationControllers, replicationControllerNamed('web', {}, { uid: 'a-second-one' }));
      c.put(pods, pod('first', { owner: rc }));
    });
    assert.deepEqual(cluster.all(pods), []);
  });

  it('does nothing about owners of a kind that is not served', async () => {
    const cluster = await running(c => {
      const owner = { apiVersion: 'shop.example.org/v1', kind: 'Order', metadata: { name: 'o', uid: 'o' } };
      c.put(pods, pod('a', { owner }));
    });
    assert.deepEqual(cluster.writes, []);
    assert.ok(cluster.nextDue <= 5000, 'it is looked at again');
  });

  it('in the foreground, keeps the owner until its dependents are gone', async () => {
    const cluster = await running(c =>
      things(c, 3, [
        [1, 0],
        [2, 1],
      ]),
    );
    await remove(cluster, 0, 'Foreground');
    await cluster.settle();
    const order = cluster.writes.slice(1).filter(w => !w.startsWith('patch') || w.endsWith('/0'));
    assert.deepEqual(left(cluster), []);
    assert.equal(order.at(-1), 'patch configmaps default/0', 'the finalizer of the owner is taken off last');
  });

  it('in the foreground, waits for a dependent that takes its time', async () => {
    const cluster = await running(c => {
      c.put(replicationControllers, rc);
      c.put(pods, pod('slow', { owner: rc, node: 'n1' }));
    });
    await cluster.context.write.delete(
      replicationControllers,
      { namespace: 'default', name: 'web' },
      { propagationPolicy: 'Foreground' },
    );
    await cluster.settle();
    assert.equal(cluster.all(replicationControllers).length, 1);
    cluster.finishDeletions(pods);
    await cluster.settle();
    assert.equal(cluster.all(replicationControllers).length, 0);
  });

  it('comes to an end even when owners stand in a circle', async () => {
    const cluster = await running(c =>
      things(c, 3, [
        [1, 0],
        [2, 1],
        [0, 2],
      ]),
    );
    await remove(cluster, 0, 'Foreground');
    await cluster.settle();
    assert.deepEqual(left(cluster), []);
  });

  it('lets dependents go free when they are to be orphaned', async () => {
    const cluster = await running(c =>
      things(c, 3, [
        [1, 0],
        [2, 1],
      ]),
    );
    await remove(cluster, 0, 'Orphan');
    await cluster.settle();
    assert.deepEqual(left(cluster), [1, 2]);
    assert.deepEqual(cluster.find(configMaps, { namespace: 'default', name: '1' })?.metadata.ownerReferences, []);
  });

  it('does not let an owner go while a dependent that is to be orphaned cannot be set free', async () => {
    const cluster = await running(c => things(c, 2, [[1, 0]]));
    cluster.refuse = write => {
      if (write === 'patch configmaps default/1') throw new Error('storage is full');
    };
    await remove(cluster, 0, 'Orphan');
    await assert.rejects(cluster.settle(), /storage is full/);
    assert.deepEqual(cluster.find(configMaps, { namespace: 'default', name: '0' })?.metadata.finalizers, ['orphan']);
  });

  it('ends with the same objects whatever the write before which it crashed, again and again', async () => {
    const count = 7;
    // Owners come before their dependents, so that there are no circles, whose members may all live for one another.
    const edge = fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })).filter(([c, o]) => o < c);
    const edges = fc.uniqueArray(edge, { maxLength: 10, selector: String });
    const policy = fc.constantFrom('Background', 'Foreground', 'Orphan');
    const crashes = fc.array(fc.nat({ max: 5 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edges, fc.nat({ max: count - 1 }), policy, crashes, async (edges, root, policy, lives) => {
        const cluster = await running(c => things(c, count, edges));
        await remove(cluster, root, policy);
        for (const writes of [...lives, Number.POSITIVE_INFINITY]) {
          cluster.crashAfter = writes;
          cluster.start(garbageCollector(served));
          await cluster.settle().catch(error => assert.ok(error instanceof Crash, String(error)));
        }
        assert.deepEqual(left(cluster), survivors(count, edges, root, policy));
        const dangling = cluster.all(configMaps).flatMap(o => o.metadata.ownerReferences ?? []);
        assert.ok(dangling.every(owner => left(cluster).includes(Number(owner.name))));
      }),
      { numRuns: 200 },
    );
  });
});

/** By definition: what is not the root, and either never had an owner, was orphaned, or keeps an owner that survives. */
function survivors(count: number, edges: readonly Edge[], root: number, policy: string): number[] {
  const alive = new Set<number>();
  for (let i = 0; i < count; i++) {
    const owners = edges.filter(([child]) => child === i).map(([, owner]) => owner);
    const orphaned = policy === 'Orphan' && owners.includes(root);
    if (i !== root && (owners.length === 0 || orphaned || owners.some(owner => alive.has(owner)))) alive.add(i);
  }
  return [...alive].sort();
}
