import assert from 'node:assert/strict';
import type { AnyObject } from '../../../api/types.js';
import { openTestApi, startOfTime, type TestApi } from '../../testing/harness.js';
import type { ServiceAllocation } from './allocation.js';
import { planAddresses, ServiceRepair } from './repair.js';

const services = '/api/v1/namespaces/default/services';
const addresses = '/apis/networking.k8s.io/v1/ipaddresses';
const nodePort = { metadata: { name: 'web' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } };

const record = (address: string, name: string, seconds: number, labels = true): AnyObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: {
    name: address,
    creationTimestamp: new Date(startOfTime - seconds * 1000).toISOString(),
    ...(labels ? { labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } } : {}),
  },
  spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name } },
});
const service = (name: string, ...held: string[]) => ({ namespace: 'default', name, addresses: held, ports: [] });

describe('what repair finds', () => {
  const table: [string, ReturnType<typeof service>[], AnyObject[], string[], string[]][] = [
    ['all is well', [service('a', '10.96.0.2')], [record('10.96.0.2', 'a', 90)], [], []],
    ['a service without a record', [service('a', '10.96.0.2')], [], ['10.96.0.2'], []],
    ['a record without a service', [], [record('10.96.0.2', 'a', 90)], [], ['10.96.0.2']],
    ['a record whose service may be on its way', [], [record('10.96.0.2', 'a', 59)], [], []],
    [
      'a record of an address that its service gave up',
      [service('a')],
      [record('10.96.0.2', 'a', 90)],
      [],
      ['10.96.0.2'],
    ],
    ["a record of somebody else's", [], [record('10.96.0.2', 'a', 90, false)], [], []],
  ];
  for (const [what, held, records, missing, orphans] of table) {
    it(what, () => {
      const plan = planAddresses(held, records, startOfTime);
      assert.deepEqual([plan.missing.map(m => m.address), plan.orphans.map(o => o.address)], [missing, orphans]);
    });
  }
});

describe('repair', () => {
  let api: TestApi;
  let repair: ServiceRepair;
  beforeEach(async () => {
    api = await openTestApi();
    const [allocation] = api.env.reservations;
    repair = new ServiceRepair(api.env, allocation as ServiceAllocation);
  });
  afterEach(() => api.close());

  it('gives records to the services of a store that has none', async () => {
    const { spec } = await api.must(201, `POST ${services}`, nodePort);
    await api.store.delete(`/registry/ipaddresses/${spec.clusterIP}`);
    await api.store.delete('/registry/ranges/servicenodeports');
    await repair.once();
    await api.must(200, `GET ${addresses}/${spec.clusterIP}`);
    const { message } = await api.must(422, `POST ${services}`, {
      metadata: { name: 'b' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: spec.ports[0].nodePort }] },
    });
    assert.match(message, /provided port is already allocated/);
  });

  it('frees what a service that is no more left behind, ports at the fourth look', async () => {
    const { spec } = await api.must(201, `POST ${services}`, nodePort);
    await api.store.delete('/registry/services/specs/default/web');
    const again = {
      metadata: { name: 'b' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: spec.ports[0].nodePort }] },
    };
    await repair.once();
    await api.must(200, `GET ${addresses}/${spec.clusterIP}`);
    api.clock.time += 60_000;
    for (let look = 2; look <= 3; look++) await repair.once();
    await api.must(404, `GET ${addresses}/${spec.clusterIP}`);
    await api.must(422, `POST ${services}`, again);
    await repair.once();
    await api.must(201, `POST ${services}`, again);
  });
});
