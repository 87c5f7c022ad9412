import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const merge = { 'content-type': 'application/merge-patch+json' };
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
const jsonPatch = { 'content-type': 'application/json-patch+json' };

describe('update', () => {
  let api: TestApi;
  // biome-ignore lint/suspicious/noExplicitAny: an object of the API
  let made: any;
  beforeEach(async () => {
    api = await openTestApi();
    made = await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' }, data: { k: 'v' } });
  });
  afterEach(() => api.close());

  it('replaces the object, and keeps its identity', async () => {
    const body = {
      metadata: { name: 'a', creationTimestamp: '2000-01-01T00:00:00Z', labels: { x: 'y' } },
      data: { z: '1' },
    };
    const now = await api.must(200, `PUT ${configMaps}/a`, body);
    assert.deepEqual(now.data, { z: '1' });
    const { uid, creationTimestamp } = made.metadata;
    const { managedFields: _, ...metadata } = now.metadata;
    assert.deepEqual(metadata, {
      name: 'a',
      namespace: 'default',
      uid,
      creationTimestamp,
      labels: { x: 'y' },
      resourceVersion: '3',
    });
  });

  it('refuses to overwrite what its writer has not seen', async () => {
    await api.must(200, `PUT ${configMaps}/a`, { ...made, data: { k: '2' } });
    const refused = await api.must(409, `PUT ${configMaps}/a`, { ...made, data: { k: '3' } });
    assert.equal(refused.reason, 'Conflict');
    assert.equal(
      refused.message,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
    assert.deepEqual(refused.details, { name: 'a', kind: 'configmaps' });
  });

  it('says to whoever means an object that is gone that it changed', async () => {
    await api.must(200, `DELETE ${configMaps}/a`);
    const refused = await api.must(409, `PUT ${configMaps}/a`, made);
    assert.match(refused.message, /UID in precondition: uid-\d+, UID in object meta: $/);
    await api.must(404, `PUT ${configMaps}/a`, { metadata: { name: 'a' } });
  });

  it('of many who saw the same, lets one win', async () => {
    const codes = await Promise.all(
      Array.from(
        { length: 10 },
        async (_, i) => (await api.ask(`PUT ${configMaps}/a`, { ...made, data: { i: String(i) } })).code,
      ),
    );
    assert.deepEqual(codes.filter(code => code === 200).length, 1);
    assert.deepEqual(codes.filter(code => code === 409).length, 9);
  });

  it('writes nothing when nothing changes, whatever the order of the fields', async () => {
    const { metadata, ...rest } = made;
    const turned = { metadata: Object.fromEntries(Object.entries(metadata).reverse()), ...rest };
    const now = await api.must(200, `PUT ${configMaps}/a`, turned);
    assert.equal(now.metadata.resourceVersion, made.metadata.resourceVersion);
    assert.equal(await api.store.revision(), 2);
  });

  it('writes nothing on a dry run', async () => {
    const now = await api.must(200, `PUT ${configMaps}/a?dryRun=All`, { metadata: { name: 'a' }, data: { k: 'new' } });
    assert.deepEqual(now.data, { k: 'new' });
    assert.deepEqual((await api.must(200, `GET ${configMaps}/a`)).data, { k: 'v' });
  });

  const refusals: [what: string, path: string, body: unknown, code: number, message: RegExp][] = [
    ['an object that is not there', `${configMaps}/b`, { metadata: { name: 'b' } }, 404, /^configmaps "b" not found$/],
    [
      'another name',
      `${configMaps}/a`,
      { metadata: { name: 'b' } },
      400,
      /name of the object \(b\) does not match the name on the URL \(a\)/,
    ],
    [
      'another uid',
      `${configMaps}/a`,
      { metadata: { name: 'a', uid: 'x' } },
      409,
      /UID in precondition: x, UID in object meta: uid-/,
    ],
    ['the collection', configMaps, { metadata: { name: 'a' } }, 405, /does not allow this method/],
    [
      'no version, where one is needed',
      '/apis/coordination.k8s.io/v1/namespaces/default/leases/l',
      { metadata: { name: 'l' }, spec: {} },
      422,
      /metadata.resourceVersion: Invalid value: 0: must be specified for an update/,
    ],
  ];
  for (const [what, path, body, code, message] of refusals) {
    it(`refuses ${what} with ${code}`, async () => {
      await api.must(201, 'POST /apis/coordination.k8s.io/v1/namespaces/default/leases', {
        metadata: { name: 'l' },
        spec: {},
      });
      const refused = await api.must(code, `PUT ${path}`, body);
      assert.match(refused.message, message);
    });
  }

  it('creates what is not there, of the kinds where Kubernetes does', async () => {
    const path = '/api/v1/namespaces/default/endpoints/web';
    const now = await api.must(201, `PUT ${path}`, { metadata: { name: 'web' } });
    assert.ok(now.metadata.uid);
    await api.must(200, `PUT ${path}`, { metadata: { name: 'web', labels: { a: 'b' } } });
  });

  it('keeps spec and status apart, and counts the generations of the spec', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const pod = {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
      status: { phase: 'Failed' },
    };
    const first = await api.must(201, `POST ${pods}`, pod);
    assert.deepEqual([first.status.phase, first.metadata.generation], ['Pending', 1]);
    const said = await api.must(200, `PUT ${pods}/p/status`, {
      ...first,
      spec: { containers: [] },
      status: { phase: 'Running' },
    });
    assert.deepEqual([said.status.phase, said.spec.containers.length, said.metadata.generation], ['Running', 1, 1]);
    const image = [{ ...said.spec.containers[0], image: 'j' }];
    const changed = await api.must(200, `PUT ${pods}/p`, {
      ...said,
      spec: { ...said.spec, containers: image },
      status: {},
    });
    assert.deepEqual([changed.status.phase, changed.metadata.generation], ['Running', 2]);
    const refused = await api.must(422, `PUT ${pods}/p`, { ...changed, spec: { ...changed.spec, hostNetwork: true } });
    assert.match(refused.message, /pod updates may not change fields other than/);
  });
});

describe('patch', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' }, data: { k: 'v' } });
  });
  afterEach(() => api.close());

  it('merges', async () => {
    const now = await api.must(200, `PATCH ${configMaps}/a`, { data: { k: null, z: '1' } }, merge);
    assert.deepEqual(now.data, { z: '1' });
  });

  it('applies JSON patches, and says which test failed', async () => {
    const now = await api.must(200, `PATCH ${configMaps}/a`, [{ op: 'add', path: '/data/z', value: '1' }], jsonPatch);
    assert.deepEqual(now.data, { k: 'v', z: '1' });
    const refused = await api.ask(`PATCH ${configMaps}/a`, [{ op: 'test', path: '/data/z', value: '2' }], jsonPatch);
    assert.equal(refused.code, 422, JSON.stringify(refused.body));
  });

  it('merges lists by their keys, strategically', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const containers = [
      { name: 'a', image: 'i' },
      { name: 'b', image: 'i' },
    ];
    await api.must(201, `POST ${pods}`, { metadata: { name: 'p' }, spec: { containers } });
    const now = await api.must(
      200,
      `PATCH ${pods}/p`,
      { spec: { containers: [{ name: 'b', image: 'j' }] } },
      strategic,
    );
    assert.deepEqual(
      now.spec.containers.map((c: { name: string; image: string }) => `${c.name}:${c.image}`),
      ['a:i', 'b:j'],
    );
  });

  it('is tried again when the object changes meanwhile, so that all of many patches count', async () => {
    const codes = await Promise.all(
      Array.from(
        { length: 8 },
        async (_, i) => (await api.ask(`PATCH ${configMaps}/a`, { data: { [`k${i}`]: 'x' } }, merge)).code,
      ),
    );
    assert.deepEqual(codes, Array(8).fill(200));
    assert.equal(Object.keys((await api.must(200, `GET ${configMaps}/a`)).data).length, 9);
  });

  it('with a version is a patch of that version only', async () => {
    await api.must(200, `PATCH ${configMaps}/a`, { data: { z: '1' } }, merge);
    const refused = await api.must(
      409,
      `PATCH ${configMaps}/a`,
      { metadata: { resourceVersion: '2' }, data: { z: '2' } },
      merge,
    );
    assert.match(refused.message, /the object has been modified/);
  });

  it('changes no shared state when it is refused', async () => {
    await api.must(
      422,
      `PATCH ${configMaps}/a`,
      { metadata: { labels: { x: 'not valid!' } }, data: { k: 'changed' } },
      merge,
    );
    assert.deepEqual((await api.must(200, `GET ${configMaps}/a`)).data, { k: 'v' });
  });

  const refusals: [
    what: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    code: number,
    message: RegExp,
  ][] = [
    ['what is not there', `${configMaps}/b`, {}, merge, 404, /configmaps "b" not found/],
    ['another name', `${configMaps}/a`, { metadata: { name: 'b' } }, merge, 400, /does not match the name on the URL/],
    ['another kind', `${configMaps}/a`, { kind: 'Pod' }, merge, 400, /must be of type ConfigMap/],
    ['a wrong type', `${configMaps}/a`, { data: [] }, merge, 400, /cannot unmarshal array/],
    [
      'plain JSON',
      `${configMaps}/a`,
      {},
      { 'content-type': 'application/json' },
      415,
      /application\/strategic-merge-patch\+json/,
    ],
    [
      'server-side apply in CBOR',
      `${configMaps}/a`,
      {},
      { 'content-type': 'application/apply-patch+cbor' },
      415,
      /application\/apply-patch\+yaml/,
    ],
    ['damaged JSON', `${configMaps}/a`, '{', merge, 400, /json parse error/],
    [
      'an unknown field, when strict',
      `${configMaps}/a?fieldValidation=Strict`,
      { x: 1 },
      merge,
      400,
      /unknown field "x"/,
    ],
    [
      'a field twice, when strict',
      `${configMaps}/a?fieldValidation=Strict`,
      '{"data":{"k":"1","k":"2"}}',
      merge,
      400,
      /duplicate field "data\.k"/,
    ],
  ];
  for (const [what, path, body, headers, code, message] of refusals) {
    it(`refuses ${what} with ${code}`, async () => {
      const refused = await api.must(code, `PATCH ${path}`, body, headers);
      assert.match(refused.message, message);
    });
  }
});
