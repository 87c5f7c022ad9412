import assert from 'node:assert/strict';
import type { ConfigMap } from '../../api/types.js';
import type { Client, ListCallOptions, Resource } from '../../client/client.js';
import { configMaps, namespaces, pods } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, namespaceNamed, pod } from '../testing/objects.js';
import { namespaceController } from './controller.js';

const verbs = ['list', 'delete'];
const documents: Record<string, unknown> = {
  '/apis': { groups: [] },
  '/api/v1': {
    resources: [
      { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs },
      { name: 'pods', kind: 'Pod', namespaced: true, verbs },
      { name: 'nodes', kind: 'Node', namespaced: false, verbs },
      { name: 'bindings', kind: 'Binding', namespaced: true, verbs: ['create'] },
    ],
  },
};

function clientOf(cluster: Cluster): Pick<Client, 'raw' | 'list'> {
  return {
    raw: async path => ({ contentType: 'application/json', body: Buffer.from(JSON.stringify(documents[path])) }),
    list: async (resource: Resource, options?: ListCallOptions) => {
      const items = cluster.all(resource).filter(o => o.metadata.namespace === options?.namespace);
      return { apiVersion: 'v1', kind: 'List', metadata: {}, items: items as never };
    },
  };
}

const settings = (namespace: string, finalizers: string[] = []): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace, finalizers },
});

function cluster(arrange: (cluster: Cluster) => void): Cluster {
  const made = new Cluster();
  made.put(namespaces, namespaceNamed('shop', { deletionTimestamp: ago(1) as never }));
  arrange(made);
  made.start(namespaceController(clientOf(made)));
  return made;
}
const finalizers = (c: Cluster) => c.find(namespaces, { name: 'shop' })?.spec?.finalizers;

describe('the namespace controller', () => {
  it('empties the namespace in one turn, touches no other, and takes its finalizer off', async () => {
    const c = cluster(c => {
      c.put(pods, pod('a', { namespace: 'shop' }));
      c.put(configMaps, settings('shop'));
      c.put(configMaps, settings('other'));
    });
    await c.settle();
    assert.deepEqual(c.writes, [
      'delete pods shop/a',
      'delete configmaps shop/settings',
      'update namespaces/finalize shop',
    ]);
    assert.deepEqual(finalizers(c), []);
    assert.equal(c.all(configMaps).length, 1);
  });

  it('waits for pods that take their time, and wakes when they are gone', async () => {
    const c = cluster(c => {
      c.put(pods, pod('a', { namespace: 'shop', node: 'n1' }));
      c.put(configMaps, settings('shop'));
    });
    await c.settle();
    assert.deepEqual(c.writes, ['delete pods shop/a', 'update namespaces/status shop']);
    c.finishDeletions(pods);
    await c.settle();
    assert.deepEqual(finalizers(c), []);
  });

  it('waits for the finalizers of others, and looks again', async () => {
    const c = cluster(c => c.put(configMaps, settings('shop', ['example.org/hold'])));
    await c.settle();
    assert.deepEqual(finalizers(c), ['kubernetes']);
    const held = c.find(configMaps, { namespace: 'shop', name: 'settings' });
    assert.ok(held);
    c.remove(configMaps, { namespace: 'shop', name: 'settings' });
    await c.pass(2000);
    assert.deepEqual(finalizers(c), []);
  });

  it('says in the conditions what it was refused, and fails so that it is tried again', async () => {
    const c = cluster(c => c.put(configMaps, settings('shop')));
    c.refuse = write => {
      if (write.startsWith('delete')) throw new Error('storage is full');
    };
    await assert.rejects(c.settle(), /namespace shop cannot be emptied: storage is full/);
    const conditions = c.find(namespaces, { name: 'shop' })?.status?.conditions ?? [];
    assert.match(conditions.find(x => x.type === 'NamespaceDeletionContentFailure')?.message ?? '', /storage is full/);
  });

  it('does nothing to a namespace that lives', async () => {
    const made = new Cluster();
    made.put(namespaces, namespaceNamed('default'));
    made.start(namespaceController(clientOf(made)));
    await made.settle();
    assert.deepEqual(made.writes, []);
  });
});
