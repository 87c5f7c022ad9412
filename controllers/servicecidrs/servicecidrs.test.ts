import assert from 'node:assert/strict';
import type { IPAddress, ServiceCIDR } from '../../api/types.js';
import { ipAddresses, serviceCidrs } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { ago } from '../testing/objects.js';
import { serviceCidrController } from './controller.js';
import { finalizer } from './plan.js';

const range = (name: string, cidr: string, going = false): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name, finalizers: [finalizer], ...(going ? { deletionTimestamp: ago(1) as never } : {}) },
  spec: { cidrs: [cidr] },
});
const address = (name: string): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name },
  spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
});

async function settled(arrange: (cluster: Cluster) => void): Promise<Cluster> {
  const cluster = new Cluster();
  arrange(cluster);
  cluster.start(serviceCidrController);
  await cluster.settle();
  return cluster;
}
const readyOf = (cluster: Cluster, name: string) => {
  const condition = cluster.find(serviceCidrs, { name })?.status?.conditions?.[0];
  return [condition?.status, condition?.reason];
};

describe('the controller of service ranges', () => {
  it('holds a new range, and says that it is ready', async () => {
    const cluster = await settled(c => {
      const added = range('more', '10.97.0.0/24');
      delete added.metadata.finalizers;
      c.put(serviceCidrs, added);
    });
    assert.deepEqual(cluster.find(serviceCidrs, { name: 'more' })?.metadata.finalizers, [finalizer]);
    assert.deepEqual(readyOf(cluster, 'more'), ['True', '']);
    const { length } = cluster.writes;
    cluster.start(serviceCidrController);
    await cluster.settle();
    assert.equal(cluster.writes.length, length);
  });

  it('lets a range go that nobody uses', async () => {
    const cluster = await settled(c => {
      c.put(serviceCidrs, range('more', '10.97.0.0/24', true));
      c.put(ipAddresses, address('10.96.0.1'));
    });
    assert.deepEqual(cluster.writes, ['patch servicecidrs more']);
    assert.ok(!cluster.find(serviceCidrs, { name: 'more' })?.metadata.finalizers?.length);
  });

  it('keeps one that is in use until it is not', async () => {
    const cluster = await settled(c => {
      c.put(serviceCidrs, range('more', '10.97.0.0/24', true));
      c.put(ipAddresses, address('10.97.0.9'));
    });
    assert.deepEqual(readyOf(cluster, 'more'), ['False', 'Terminating']);
    cluster.remove(ipAddresses, { name: '10.97.0.9' });
    await cluster.settle();
    assert.ok(!cluster.find(serviceCidrs, { name: 'more' })?.metadata.finalizers?.length);
  });

  it('lets one go whose addresses are in another that stays', async () => {
    const cluster = await settled(c => {
      c.put(serviceCidrs, range('more', '10.97.0.0/24', true));
      c.put(serviceCidrs, range('all', '10.97.0.0/16'));
      c.put(ipAddresses, address('10.97.0.9'));
    });
    assert.ok(!cluster.find(serviceCidrs, { name: 'more' })?.metadata.finalizers?.length);
  });
});
