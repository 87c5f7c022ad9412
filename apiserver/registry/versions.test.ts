import assert from 'node:assert/strict';
import type { Conversion } from '../../api/kinds/conversion.js';
import { builtinKinds, findKind } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import { statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';

const v1 = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const beta = '/apis/discovery.k8s.io/v1beta1/namespaces/default/endpointslices';
const host = 'kubernetes.io/hostname';
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const slice = (version: string, endpoint: object) => ({
  apiVersion: `discovery.k8s.io/${version}`,
  kind: 'EndpointSlice',
  metadata: { name: 'web', labels: { app: 'web' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], ...endpoint }],
  ports: [{ port: 80 }],
});

describe('two versions of one kind', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('are the same objects, stored once', async () => {
    const sent = slice('v1beta1', { nodeName: 'n1', topology: { [host]: 'n1', 'topology.kubernetes.io/zone': 'z' } });
    const made = await api.must(201, `POST ${beta}`, sent);
    assert.equal(made.apiVersion, 'discovery.k8s.io/v1beta1');
    assert.deepEqual(made.endpoints[0].topology, { [host]: 'n1', 'topology.kubernetes.io/zone': 'z' });
    const stored = await api.store.get('/registry/endpointslices/default/web');
    assert.match(Buffer.from(stored?.value ?? []).toString(), /"apiVersion":"discovery.k8s.io\/v1"/);
    const shown = await api.must(200, `GET ${v1}/web`);
    assert.deepEqual(shown.endpoints, [{ addresses: ['10.0.0.1'], nodeName: 'n1', zone: 'z' }]);
    assert.equal(shown.metadata.resourceVersion, made.metadata.resourceVersion);
    assert.equal((await api.ask(`POST ${v1}`, slice('v1', {}))).body.reason, 'AlreadyExists');
  });

  it('are listed, watched, patched and written each in its own shape', async () => {
    await api.must(201, `POST ${v1}`, slice('v1', { nodeName: 'n1' }));
    const [old, now] = [await api.watch(`${beta}?watch=true`), await api.watch(`${v1}?watch=true`)];
    const patch = [{ op: 'add', path: '/endpoints/0/topology/x', value: 'y' }];
    const json = { 'content-type': 'application/json-patch+json' };
    const patched = await api.must(200, `PATCH ${beta}/web`, patch, json);
    assert.deepEqual(patched.endpoints[0].topology, { [host]: 'n1', x: 'y' });
    const current = await api.must(200, `GET ${v1}/web`);
    assert.deepEqual(current.endpoints[0].deprecatedTopology, { x: 'y' });
    current.endpoints[0].zone = 'z';
    await api.must(200, `PUT ${v1}/web`, current);
    const list = await api.must(200, `GET ${beta}?labelSelector=app%3Dweb&fieldSelector=metadata.name%3Dweb`);
    assert.equal(list.apiVersion, 'discovery.k8s.io/v1beta1');
    assert.deepEqual(list.items[0].endpoints[0].topology, { [host]: 'n1', x: 'y', 'topology.kubernetes.io/zone': 'z' });
    await api.must(200, `DELETE ${beta}/web`);
    await settled();
    for (const [watch, version] of [
      [old, 'v1beta1'],
      [now, 'v1'],
    ] as const) {
      assert.deepEqual(await watch.said(), ['ADDED web', 'MODIFIED web', 'MODIFIED web', 'DELETED web']);
      assert.ok(watch.events.every(({ object }) => object.apiVersion === `discovery.k8s.io/${version}`));
    }
    assert.deepEqual(old.events[3]?.object.endpoints, list.items[0].endpoints);
    const again = await api.watch(`${beta}?watch=true&resourceVersion=${current.metadata.resourceVersion}`);
    assert.deepEqual(await again.said(), ['MODIFIED web', 'DELETED web']);
  });

  it('are shown in tables, dry runs and refusals alike', async () => {
    const dry = await api.must(201, `POST ${beta}?dryRun=All`, slice('v1beta1', { topology: { a: 'b' } }));
    assert.deepEqual([dry.apiVersion, dry.endpoints[0].topology], ['discovery.k8s.io/v1beta1', { a: 'b' }]);
    assert.equal(dry.metadata.resourceVersion, undefined);
    await api.must(201, `POST ${v1}`, slice('v1', { nodeName: 'n1' }));
    const rows = (await api.must(200, `GET ${beta}`, undefined, table)).rows;
    assert.deepEqual(rows[0].cells.slice(0, 4), ['web', 'IPv4', '80', '10.0.0.1']);
    const stale = slice('v1beta1', {});
    const refused = await api.ask(`PUT ${beta}/web`, { ...stale, metadata: { name: 'web', resourceVersion: '1' } });
    assert.equal(refused.body.reason, 'Conflict');
    const other = await api.ask(`PUT ${beta}/web`, slice('v1', {}));
    assert.match(other.body.message, /does not match the expected API version \(discovery.k8s.io\/v1beta1\)/);
  });
});

/** ConfigMaps of a version of its own, converted as a webhook would: later, and all that are asked for at once. */
function withLaterVersion(convert: (objects: readonly AnyObject[]) => Promise<AnyObject[]>): KindRow[] {
  const stored = findKind({ group: '', plural: 'configmaps' }) as KindRow;
  const conversion: Conversion = {
    storage: stored,
    sameShape: false,
    fromStorage: convert,
    toStorage: async object => ({ ...object, apiVersion: 'v1' }),
  };
  const fields = (object: AnyObject) => ({
    'data.shout': (object.data as { shout?: string } | undefined)?.shout ?? '',
  });
  return [...builtinKinds, { ...stored, version: 'v9', conversion, fields }];
}

describe('a version that is asked of somebody else', () => {
  const v9 = '/api/v9/namespaces/default/configmaps';
  const map = (name: string, apiVersion = 'v1') => ({
    apiVersion,
    kind: 'ConfigMap',
    metadata: { name },
    data: { name },
  });
  let asked: string[][];
  let answer: () => Promise<void>;
  let api: TestApi;
  beforeEach(async () => {
    asked = [];
    answer = () => Promise.resolve();
    const rows = withLaterVersion(async objects => {
      asked.push(objects.map(({ metadata }) => metadata.name ?? ''));
      await answer();
      return objects.map(object => {
        const name = object.metadata.name ?? '';
        return { ...object, apiVersion: 'v9', data: { name, shout: name.toUpperCase() } };
      });
    });
    api = await openTestApi({ rows });
    for (const name of ['a', 'b', 'c']) await api.must(201, 'POST /api/v1/namespaces/default/configmaps', map(name));
  });
  afterEach(() => api.close());

  it('is asked for once, and for a list all at once', async () => {
    const list = await api.must(200, `GET ${v9}`);
    assert.deepEqual(
      list.items.map((item: AnyObject) => (item.data as { shout: string }).shout),
      ['A', 'B', 'C'],
    );
    await api.must(200, `GET ${v9}/b`);
    assert.deepEqual(asked, [['a', 'b', 'c']]);
    const chosen = await api.must(200, `GET ${v9}?fieldSelector=data.shout%3DB`);
    assert.equal(chosen.items.length, 1);
    await api.must(200, `PUT ${v9}/b`, { ...map('b', 'v9'), data: { name: 'b2' } });
    assert.equal((await api.must(200, 'GET /api/v1/namespaces/default/configmaps/b')).data.name, 'b2');
  });

  it('is told to a watch in order, though the answers come late', async () => {
    const waiting: (() => void)[] = [];
    answer = () => new Promise(resolve => waiting.push(resolve));
    const watch = await api.watch(`${v9}?watch=true`);
    const selective = await api.watch(`${v9}?watch=true&fieldSelector=data.shout%3DD`);
    for (const name of ['d', 'e']) await api.must(201, 'POST /api/v1/namespaces/default/configmaps', map(name));
    await api.must(200, 'DELETE /api/v1/namespaces/default/configmaps/d');
    assert.deepEqual(await watch.said(), []);
    answer = () => Promise.resolve();
    for (const release of waiting) release();
    assert.deepEqual(await watch.said(), ['ADDED a', 'ADDED b', 'ADDED c', 'ADDED d', 'ADDED e', 'DELETED d']);
    assert.deepEqual(await selective.said(), ['ADDED d', 'DELETED d']);
    assert.deepEqual(watch.events[5]?.object.data, { name: 'd', shout: 'D' });
    assert.ok(asked.flat().filter(name => name === 'a').length === 1, 'two watches share one answer');
  });

  it('ends a watch, and refuses a read, when it cannot be had', async () => {
    answer = () => Promise.reject(statusError('InternalError', 'conversion webhook failed'));
    assert.equal((await api.ask(`GET ${v9}/a`)).code, 500);
    assert.equal((await api.ask(`GET ${v9}`)).body.message, 'conversion webhook failed');
    const watch = await api.watch(`${v9}?watch=true`);
    await settled();
    assert.deepEqual(
      watch.events.map(({ type, object }) => [type, object.message]),
      [['ERROR', 'conversion webhook failed']],
    );
    assert.ok(watch.ended);
  });
});
