import assert from 'node:assert/strict';
import { namespaces, serviceAccounts } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, namespaceNamed } from '../testing/objects.js';
import { serviceAccountController } from './controller.js';

async function settled(arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(serviceAccountController);
  await cluster.settle();
  return cluster;
}

describe('the service account controller', () => {
  it('makes the default account of each namespace, once', async () => {
    const cluster = await settled(c => {
      c.put(namespaces, namespaceNamed('a'));
      c.put(namespaces, namespaceNamed('b'));
    });
    cluster.start(serviceAccountController);
    await cluster.settle();
    assert.deepEqual(cluster.writes, ['create serviceaccounts a/default', 'create serviceaccounts b/default']);
  });

  it('makes it anew when it is deleted', async () => {
    const cluster = await settled(c => c.put(namespaces, namespaceNamed('a')));
    cluster.remove(serviceAccounts, { namespace: 'a', name: 'default' });
    await cluster.settle();
    assert.ok(cluster.find(serviceAccounts, { namespace: 'a', name: 'default' }));
  });

  it('makes none in a namespace that is on its way out', async () => {
    const cluster = await settled(c => c.put(namespaces, namespaceNamed('a', { deletionTimestamp: ago(1) as never })));
    assert.deepEqual(cluster.writes, []);
  });
});
