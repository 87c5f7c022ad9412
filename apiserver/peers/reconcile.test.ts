import assert from 'node:assert/strict';
import { HandClock } from '../../storage/contract/hand-clock.js';
import { openMemoryStore } from '../../storage/memory/open.js';
import type { Store } from '../../storage/store.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { PeerEndpoints } from './reconcile.js';

const endpoints = '/api/v1/namespaces/default/endpoints/kubernetes';
const slice = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';

describe('the API servers behind the kubernetes service', () => {
  let store: Store;
  let clock: HandClock;
  let [one, two]: TestApi[] = [];
  let [first, second]: PeerEndpoints[] = [];
  beforeEach(async () => {
    clock = new HandClock();
    store = openMemoryStore({ clock });
    [one, two] = [await openTestApi({ store }), await openTestApi({ store })];
    first = new PeerEndpoints(one.env, { address: '192.0.2.1', port: 6443 });
    second = new PeerEndpoints(two.env, { address: '192.0.2.2', port: 6443 });
    await first.once();
    await second.once();
  });
  afterEach(async () => {
    await one?.env.cache.close();
    await two?.close();
  });

  const told = async (): Promise<string[]> => {
    const { subsets } = await (one as TestApi).must(200, `GET ${endpoints}`);
    const { endpoints: sliced } = await (one as TestApi).must(200, `GET ${slice}`);
    const addresses = subsets[0].addresses.map(({ ip }: { ip: string }) => ip);
    assert.deepEqual(
      sliced.flatMap((endpoint: { addresses: string[] }) => endpoint.addresses),
      addresses,
    );
    return addresses;
  };

  it('are all there', async () => assert.deepEqual(await told(), ['192.0.2.1', '192.0.2.2']));

  it('are written once', async () => {
    const { metadata } = await (one as TestApi).must(200, `GET ${endpoints}`);
    await first?.once();
    await second?.once();
    const again = await (one as TestApi).must(200, `GET ${endpoints}`);
    assert.equal(again.metadata.resourceVersion, metadata.resourceVersion);
  });

  it('are without one that stops', async () => {
    await second?.leave();
    assert.deepEqual(await told(), ['192.0.2.1']);
  });

  it('are without one that dies, when it was silent for long', async () => {
    await clock.advance(10_000);
    await first?.once();
    assert.deepEqual(await told(), ['192.0.2.1', '192.0.2.2']);
    await clock.advance(6_000);
    await settled();
    await first?.once();
    assert.deepEqual(await told(), ['192.0.2.1']);
  });

  it('are left as they were by the last one', async () => {
    await first?.leave();
    await second?.leave();
    assert.deepEqual(await told(), ['192.0.2.2']);
  });

  it('are known by their ports when they share an address, each with a slice of its own', async () => {
    const { env } = one as TestApi;
    for (const server of [first, second]) await server?.leave();
    const shared = [6444, 6445, 6446].map(
      port => new PeerEndpoints(env, { address: '192.0.2.1', port, sharesAddress: true }),
    );
    for (const server of shared) await server.once();
    // What the last one had left.
    await store.delete('/registry/masterleases/192.0.2.2');
    const ports = async (): Promise<number[]> => {
      await shared[0]?.once();
      const { subsets } = await (one as TestApi).must(200, `GET ${endpoints}`);
      const { items } = await (one as TestApi).must(200, `GET ${slice.replace(/\/kubernetes$/, '')}`);
      const sliced = items.map(({ ports, endpoints }: { ports: { port: number }[]; endpoints: unknown[] }) => {
        assert.equal(endpoints.length, 1);
        return ports[0]?.port;
      });
      assert.deepEqual(
        subsets.map(({ addresses, ports }: { addresses: object[]; ports: { port: number }[] }) => {
          assert.deepEqual(addresses, [{ ip: '192.0.2.1' }]);
          return ports[0]?.port;
        }),
        sliced,
      );
      return sliced;
    };
    assert.deepEqual(await ports(), [6444, 6445, 6446]);
    await shared[1]?.leave();
    assert.deepEqual(await ports(), [6444, 6446]);
  });

  it('are written again when somebody changed them', async () => {
    await (one as TestApi).must(200, `DELETE ${endpoints}`);
    const { metadata } = await (one as TestApi).must(200, `GET ${slice}`);
    await (one as TestApi).must(200, `PUT ${slice}`, { metadata, addressType: 'IPv4', endpoints: [] });
    await second?.once();
    assert.deepEqual(await told(), ['192.0.2.1', '192.0.2.2']);
  });
});
