import assert from 'node:assert/strict';
import { notFound } from '../../api/status.js';
import type { EndpointSlice, KubeObject } from '../../api/types.js';
import type { Name, Resource, WriteCallOptions } from '../client.js';
import { configMaps, cronJobs, endpointSlices, horizontalPodAutoscalers, podDisruptionBudgets } from '../resources.js';
import { MemoryApi } from '../testing/memory-api.js';
import { withFormerVersions } from './former.js';

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

const kindsOf1_20: Record<string, readonly string[]> = {
  '/apis/batch/v1': ['jobs'],
  '/apis/batch/v1beta1': ['cronjobs'],
  '/apis/policy/v1beta1': ['poddisruptionbudgets'],
  '/apis/autoscaling/v1': ['horizontalpodautoscalers'],
  '/apis/autoscaling/v2beta2': ['horizontalpodautoscalers'],
};

/** A server of these kinds, by the paths of their versions, which refuses all others; what it was asked for is in `asked`. */
class Server extends MemoryApi {
  kinds: Record<string, readonly string[]> = {};
  readonly asked: string[] = [];

  override async raw(path?: string): Promise<never> {
    this.asked.push(path ?? '');
    const inGroup = Object.keys(this.kinds).filter(one => one.startsWith(`${path}/`));
    const versions = inGroup.map(one => ({ version: one.slice(`${path}/`.length) }));
    const resources = this.kinds[path ?? '']?.map(name => ({ name }));
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify({ versions, resources })) } as never;
  }

  override async get<T extends KubeObject>(resource: Resource<T>, of: Name): Promise<T> {
    this.#mustServe(resource, of.name);
    return super.get(resource, of);
  }

  override async update<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteCallOptions,
  ): Promise<T> {
    this.#mustServe(resource, object.metadata.name ?? '');
    return super.update(resource, object, options);
  }

  #mustServe({ group, version, plural }: Resource, name: string): void {
    if (!this.kinds[`/apis/${group}/${version}`]?.includes(plural)) throw notFound({ group, resource: plural, name });
  }
}

const slicesIn = (...versions: string[]) =>
  Object.fromEntries(versions.map(version => [`/apis/discovery.k8s.io/${version}`, ['endpointslices']]));

function serverOf(...versions: string[]): Server {
  const server = new Server();
  server.kinds = slicesIn(...versions);
  return server;
}

/** What the server holds, as it was sent. */
const sent = async (server: Server): Promise<EndpointSlice> =>
  (await server.list(endpointSlices)).items[0] as EndpointSlice;

describe('EndpointSlices', () => {
  it('are written to a server of 1.20 in v1beta1, and read from it as v1', async () => {
    const server = serverOf('v1beta1');
    const client = withFormerVersions(server);
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
    const client = withFormerVersions(server);
    assert.deepEqual((await client.list(endpointSlices)).items[0]?.endpoints, expected);
    for await (const { object } of client.watch(endpointSlices, { resourceVersion: '1', signal: stop.signal })) {
      assert.deepEqual((object as EndpointSlice).endpoints, expected);
      stop.abort();
    }
  });

  it('go as they are to a server that has v1, which is asked once', async () => {
    const server = serverOf('v1', 'v1beta1');
    const client = withFormerVersions(server);
    await client.create(endpointSlices, slice);
    await client.list(endpointSlices);
    assert.deepEqual((await sent(server)).endpoints, slice.endpoints);
    assert.deepEqual(server.asked, ['/apis/discovery.k8s.io', '/apis/discovery.k8s.io/v1']);
  });

  it('follow a server that is exchanged for a newer one', async () => {
    const server = serverOf('v1beta1');
    const client = withFormerVersions(server);
    await client.create(endpointSlices, slice);
    server.kinds = slicesIn('v1');
    await assert.rejects(client.get(endpointSlices, name), { code: 404 });
    await client.get(endpointSlices, name);
  });

  it('are not all there is: what has no former version goes as it is, and nothing is asked', async () => {
    const server = serverOf('v1beta1');
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'default', name: 'a' } };
    const made = await withFormerVersions(server).create(configMaps, map);
    assert.deepEqual([made.apiVersion, Object.keys(made).includes('endpoints'), server.asked], ['v1', false, []]);
  });
});

describe('kinds that Kubernetes 1.20 has in a former version only', () => {
  const rows: [Resource, string][] = [
    [cronJobs, 'batch/v1beta1'],
    [podDisruptionBudgets, 'policy/v1beta1'],
    [horizontalPodAutoscalers, 'autoscaling/v2beta2'],
  ];
  for (const [resource, former] of rows) {
    const { group, version, kind } = resource;
    const today = `${group}/${version}`;

    it(`${kind} is sent as ${former}, and read as ${today}`, async () => {
      const server = new Server();
      server.kinds = kindsOf1_20;
      const client = withFormerVersions(server);
      await client.create(resource, { apiVersion: today, kind, metadata: { ...name } });
      const read = await client.get(resource, name);
      assert.equal(read.apiVersion, today);
      const updated = await client.update(resource, read, { subresource: 'status' });
      const [held] = (await server.list(resource)).items;
      assert.deepEqual([updated.apiVersion, held?.apiVersion], [today, former]);
    });
  }

  it('a budget whose selector is empty is about no pod there, as one without a selector is here', async () => {
    const selectors = [{}, { matchLabels: {} }, { matchLabels: { app: 'web' } }];
    const read = selectors.map(async selector => {
      const server = new Server();
      server.kinds = kindsOf1_20;
      const budget = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { ...name } };
      await server.create(podDisruptionBudgets, { ...budget, spec: { maxUnavailable: 1, selector } });
      return (await withFormerVersions(server).get(podDisruptionBudgets, name)).spec;
    });
    const expected = [{ maxUnavailable: 1 }, { maxUnavailable: 1 }, { maxUnavailable: 1, selector: selectors[2] }];
    assert.deepEqual(await Promise.all(read), expected);
  });
});
