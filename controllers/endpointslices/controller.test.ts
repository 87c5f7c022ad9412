import assert from 'node:assert/strict';
import type { EndpointSlice } from '../../api/types.js';
import { endpointSlices, nodes, pods, services } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { node, pod, service } from '../testing/objects.js';
import { endpointSlicesController } from './controller.js';

async function settled(arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(endpointSlicesController());
  await cluster.pass(1000);
  return cluster;
}
const listed = (cluster: Cluster) =>
  cluster.all(endpointSlices).flatMap(slice => (slice.endpoints ?? []).map(e => e.targetRef?.name));

describe('the endpoint slices controller', () => {
  it('writes once for the first pod of a burst, and once more for all the others', async () => {
    const cluster = await settled(c => {
      c.put(services, service('web'));
      c.put(pods, pod('p0', { ip: '10.0.0.200' }));
    });
    const before = cluster.writes.length;
    for (let i = 1; i <= 90; i++) {
      cluster.put(pods, pod(`p${i}`, { ip: `10.0.0.${i}` }));
      await cluster.settle();
    }
    await cluster.pass(1000);
    assert.equal(listed(cluster).length, 91);
    assert.equal(cluster.writes.length - before, 2);
  });

  it('does not touch slices that others keep', async () => {
    const foreign: EndpointSlice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'mine', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [],
    };
    const cluster = await settled(c => {
      c.put(services, service('web'));
      c.put(endpointSlices, foreign);
    });
    assert.equal(cluster.writes.filter(w => w.includes('default/mine')).length, 0);
    assert.equal(cluster.writes.length, 1);
  });

  it('follows a node to another zone', async () => {
    const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
    const cluster = await settled(c => {
      c.put(services, service('web'));
      c.put(pods, pod('a', { ip: '10.0.0.1', node: 'n1' }));
      c.put(nodes, node('n1', { Ready: 'True' }, zone('east')));
    });
    cluster.put(nodes, node('n1', { Ready: 'True' }, zone('west')));
    await cluster.pass(1000);
    assert.equal(cluster.all(endpointSlices)[0]?.endpoints?.[0]?.zone, 'west');
  });

  it('leaves a service without a selector to its owner', async () => {
    const cluster = await settled(c => c.put(services, service('manual', { selector: {} })));
    assert.deepEqual(cluster.writes, []);
  });
});
