import assert from 'node:assert/strict';
import { configMaps, namespaces } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago, namespaceNamed } from '../testing/objects.js';
import { rootCaPublisher } from './controller.js';

const name = { namespace: 'shop', name: 'kube-root-ca.crt' };

async function settled(arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(rootCaPublisher('-----PEM-----'));
  await cluster.settle();
  return cluster;
}

describe('the root CA publisher', () => {
  it('writes the CA to each namespace, once', async () => {
    const cluster = await settled(c => c.put(namespaces, namespaceNamed('shop')));
    cluster.start(rootCaPublisher('-----PEM-----'));
    await cluster.settle();
    assert.deepEqual(cluster.writes, ['create configmaps shop/kube-root-ca.crt']);
    assert.deepEqual(cluster.find(configMaps, name)?.data, { 'ca.crt': '-----PEM-----' });
  });

  it('undoes a change, keeps other annotations, and comes back when deleted', async () => {
    const cluster = await settled(c => c.put(namespaces, namespaceNamed('shop')));
    cluster.put(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...name, annotations: { note: 'mine' } },
      data: { 'ca.crt': 'forged', extra: 'x' },
    });
    await cluster.settle();
    const mended = cluster.find(configMaps, name);
    assert.deepEqual([mended?.data, mended?.metadata.annotations?.note], [{ 'ca.crt': '-----PEM-----' }, 'mine']);
    cluster.remove(configMaps, name);
    await cluster.settle();
    assert.ok(cluster.find(configMaps, name));
  });

  it('publishes another CA when the cluster gets one', async () => {
    const cluster = await settled(c => c.put(namespaces, namespaceNamed('shop')));
    cluster.start(rootCaPublisher('-----NEW-----'));
    await cluster.settle();
    assert.deepEqual(cluster.find(configMaps, name)?.data, { 'ca.crt': '-----NEW-----' });
  });

  it('leaves other ConfigMaps and namespaces on their way out alone', async () => {
    const cluster = await settled(c => {
      c.put(namespaces, namespaceNamed('shop', { deletionTimestamp: ago(1) as never }));
      c.put(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: 'settings' } });
    });
    assert.deepEqual(cluster.writes, []);
  });
});
