import assert from 'node:assert/strict';
import { notFound } from '../../api/status.js';
import type { EndpointSlice, KubeObject } from '../../api/types.js';
import type { Name, Resource } from '../client.js';
import { configMaps, endpointSlices } from '../resources.js';
import { MemoryApi } from '../testing/memory-api.js';
import { withAnyEndpointSlices } from './endpoint-slices.js';

const name = { namespace: 'default', name: 'web-1' };
const hostname = 'kubernetes.io/hostname';
const conditions = { ready: true, serving: true, terminating: false };
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...name },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], conditions, nodeName: 'n1', zone: 'z' }],
  ports: [],
};

/** A server of these versions, which refuses all others; what it was asked for is in `asked`. */
class Server extends MemoryApi {
  versions: string[] = [];
  readonly asked: string[] = [];

  override async raw(path?: string): Promise<never> {
    this.asked.push(path ?? '');
    const versions = this.versions.map(version => ({ version }));
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify({ versions })) } as never;
  }

  override async get<T extends KubeObject>(resource: Resource<T>, of: Name): Promise<T> {
    const { version, plural } = resource;
    if (plural === 'endpointslices' && !this.versions.includes(version))
      throw notFound({ ...resource, resource: plural, name: of.name });
    return super.get(resource, of);
  }
}

function serverOf(...versions: string[]): Server {
  const server = new Server();
  server.versions = versions;
  return server;
}

/** What the server holds, as it was sent. */
const sent = async (server: Server): Promise<EndpointSlice> =>
  (await server.list(endpointSlices)).items[0] as EndpointSlice;

describe('EndpointSlices', () => {
  it('are written to a server of 1.20 in v1beta1, and read from it as v1', async () => {
    const server = serverOf('v1beta1');
    const client = withAnyEndpointSlices(server);
    const made = await client.create(endpointSlices, slice);
    const { apiVersion, endpoints } = await sent(server);
    assert.equal(apiVersion, 'discovery.k8s.io/v1beta1');
    const topology = { [hostname]: 'n1', 'topology.kubernetes.io/zone': 'z' };
    assert.deepEqual(endpoints, [{ addresses: ['10.0.0.1'], conditions, nodeName: 'n1', topology }]);
    for (const read of [made, await client.get(endpointSlices, name), (await client.list(endpointSlices)).items[0]])
      assert.deepEqual([read?.apiVersion, read?.endpoints], [slice.apiVersion, slice.endpoints]);
  });

  it('of 1.20, which drops what it does not know, say on which node they are and that they serve', async () => {
    const server = serverOf('v1beta1');
    const endpoints = [{ addresses: ['10.0.0.1'], conditions: { ready: true }, topology: { [hostname]: 'n1' } }];
    await server.create(endpointSlices, { ...slice, endpoints } as EndpointSlice);
    const stop = new AbortController();
    const expected = [{ addresses: ['10.0.0.1'], conditions, nodeName: 'n1' }];
    const client = withAnyEndpointSlices(server);
    assert.deepEqual((await client.list(endpointSlices)).items[0]?.endpoints, expected);
    for await (const { object } of client.watch(endpointSlices, { resourceVersion: '1', signal: stop.signal })) {
      assert.deepEqual((object as EndpointSlice).endpoints, expected);
      stop.abort();
    }
  });

  it('go as they are to a server that has v1, which is asked once', async () => {
    const server = serverOf('v1', 'v1beta1');
    const client = withAnyEndpointSlices(server);
    await client.create(endpointSlices, slice);
    await client.list(endpointSlices);
    assert.deepEqual((await sent(server)).endpoints, slice.endpoints);
    assert.deepEqual(server.asked, ['/apis/discovery.k8s.io']);
  });

  it('follow a server that is exchanged for a newer one', async () => {
    const server = serverOf('v1beta1');
    const client = withAnyEndpointSlices(server);
    await client.create(endpointSlices, slice);
    server.versions = ['v1'];
    await assert.rejects(client.get(endpointSlices, name), { code: 404 });
    await client.get(endpointSlices, name);
  });

  it('are all that is asked differently', async () => {
    const server = serverOf('v1beta1');
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'a' } };
    const made = await withAnyEndpointSlices(server).create(configMaps, map);
    assert.deepEqual([made.apiVersion, Object.keys(made).includes('endpoints'), server.asked], ['v1', false, []]);
  });
});
