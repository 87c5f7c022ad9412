import assert from 'node:assert/strict';
import { endpoints, pods, services } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { endpointsNamed, pod, service } from '../testing/objects.js';
import { endpointsController } from './controller.js';

const name = { namespace: 'default', name: 'web' };

function cluster(arrange: (cluster: Cluster) => void): Cluster {
  const made = new Cluster();
  arrange(made);
  made.start(endpointsController());
  return made;
}

describe('the endpoints controller', () => {
  it('writes once for the first pod of a burst, and once more for all the others', async () => {
    const c = cluster(c => c.put(services, service('web')));
    await c.settle();
    await c.pass(1000);
    const before = c.writes.length;
    for (let i = 1; i <= 100; i++) {
      c.put(pods, pod(`p${i}`, { ip: `10.0.0.${i}` }));
      await c.settle();
    }
    await c.pass(1000);
    assert.equal(c.find(endpoints, name)?.subsets?.[0]?.addresses?.length, 100);
    assert.equal(c.writes.length - before, 2);
  });

  it('removes its endpoints with the service, and leaves what others wrote', async () => {
    const c = cluster(c => {
      c.put(services, service('web'));
      c.put(endpoints, endpointsNamed('manual', []));
    });
    await c.settle();
    c.remove(services, name);
    await c.settle();
    assert.deepEqual(
      c.all(endpoints).map(e => e.metadata.name),
      ['manual'],
    );
  });

  it('leaves a service without a selector to its owner, and external names alone', async () => {
    const c = cluster(c => {
      c.put(services, service('manual', { selector: {} }));
      c.put(services, service('elsewhere', { type: 'ExternalName', externalName: 'example.org' }));
    });
    await c.settle();
    assert.deepEqual(c.writes, []);
  });

  it('writes them anew when someone deletes them', async () => {
    const c = cluster(c => c.put(services, service('web')));
    await c.settle();
    c.remove(endpoints, name);
    await c.pass(1000);
    assert.ok(c.find(endpoints, name));
  });
});
