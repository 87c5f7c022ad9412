import assert from 'node:assert/strict';
import type { Endpoints, Service } from '../../api/types.js';
import { endpointSlices, endpoints, services } from '../../client/resources.js';
import { Cluster } from '../testing/cluster.js';
import { endpointsNamed, service } from '../testing/objects.js';
import { endpointSliceMirroring } from './controller.js';

const subset = (ips: string[], notReady: string[] = [], port = 80): NonNullable<Endpoints['subsets']>[number] => ({
  addresses: ips.map(ip => ({ ip })),
  notReadyAddresses: notReady.map(ip => ({ ip })),
  ports: [{ port, protocol: 'TCP' }],
});
const byHand = (): Service => {
  const made = service('db');
  const { selector: _, ...spec } = made.spec ?? {};
  return { ...made, spec };
};
async function mirrored(source: Endpoints, of: Service = byHand()): Promise<Cluster> {
  const cluster = new Cluster();
  cluster.put(services, of);
  cluster.put(endpoints, source);
  cluster.start(endpointSliceMirroring);
  await cluster.settle();
  return cluster;
}
const said = (cluster: Cluster): string[] =>
  cluster
    .all(endpointSlices)
    .map(({ addressType, endpoints: all, ports }) => {
      const shown = (all ?? []).map(({ addresses, conditions }) => `${addresses[0]}${conditions?.ready ? '' : '!'}`);
      return `${addressType} ${ports?.[0]?.port}: ${shown.length > 9 ? shown.length : shown.join(' ')}`;
    })
    .sort();

describe('the mirroring of Endpoints', () => {
  const many = Array.from({ length: 250 }, (_, i) => `10.0.${Math.floor(i / 200)}.${i % 200}`);
  const table: [string, Endpoints, string[]][] = [
    [
      'what serves and what does not',
      endpointsNamed('db', [subset(['10.0.0.1'], ['10.0.0.2'])]),
      ['IPv4 80: 10.0.0.1 10.0.0.2!'],
    ],
    [
      'families apart',
      endpointsNamed('db', [subset(['10.0.0.1', 'fd00::1'])]),
      ['IPv4 80: 10.0.0.1', 'IPv6 80: fd00::1'],
    ],
    [
      'ports apart',
      endpointsNamed('db', [subset(['10.0.0.1']), subset(['10.0.0.2'], [], 81)]),
      ['IPv4 80: 10.0.0.1', 'IPv4 81: 10.0.0.2'],
    ],
    ['a hundred in a slice', endpointsNamed('db', [subset(many)]), ['IPv4 80: 100', 'IPv4 80: 100', 'IPv4 80: 50']],
    [
      'none of what says so',
      endpointsNamed('db', [subset(['10.0.0.1'])], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }),
      [],
    ],
    [
      'none of what is made from pods',
      endpointsNamed('db', [subset(['10.0.0.1'])], {
        labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
      }),
      [],
    ],
  ];
  for (const [what, source, expected] of table) {
    it(what, async () => assert.deepEqual(said(await mirrored(source)), expected));
  }

  it('is not of a service with a selector', async () => {
    assert.deepEqual(said(await mirrored(endpointsNamed('db', [subset(['10.0.0.1'])]), service('db'))), []);
  });

  it('follows, in place, and writes nothing twice', async () => {
    const cluster = await mirrored(endpointsNamed('db', [subset(['10.0.0.1'])]));
    const [before] = cluster.all(endpointSlices);
    cluster.put(endpoints, { ...cluster.all(endpoints)[0], subsets: [subset(['10.0.0.9'])] } as Endpoints);
    await cluster.settle();
    assert.deepEqual(said(cluster), ['IPv4 80: 10.0.0.9']);
    assert.equal(cluster.all(endpointSlices)[0]?.metadata.uid, before?.metadata.uid);
    assert.equal(before?.metadata.ownerReferences?.[0]?.kind, 'Endpoints');
    const { length } = cluster.writes;
    cluster.start(endpointSliceMirroring);
    await cluster.settle();
    assert.equal(cluster.writes.length, length);
    cluster.remove(endpoints, { namespace: 'default', name: 'db' });
    await cluster.settle();
    assert.deepEqual(said(cluster), []);
  });
});
