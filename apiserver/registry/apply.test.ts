import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const controllers = '/api/v1/namespaces/default/replicationcontrollers';
const pods = '/api/v1/namespaces/default/pods';
const applying = { 'content-type': 'application/apply-patch+yaml' };
const merge = { 'content-type': 'application/merge-patch+json' };

const wanted = (data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});

interface Entry {
  manager: string;
  operation: string;
  subresource?: string;
  time: string;
  fieldsV1: object;
}
const owners = (object: { metadata: { managedFields?: Entry[] } }): string[] =>
  (object.metadata.managedFields ?? []).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager} ${operation}${subresource ? `/${subresource}` : ''} ${JSON.stringify(fieldsV1)}`,
  );

describe('server-side apply', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const by = (who: string, more = ''): string => `PATCH ${configMaps}/a?fieldManager=${who}${more}`;

  it('creates what is not there, and then changes it', async () => {
    const made = await api.must(201, by('one'), wanted({ k: '1', l: '1' }), applying);
    assert.deepEqual(owners(made), ['one Apply {"f:data":{"f:k":{},"f:l":{}}}']);
    assert.ok(made.metadata.uid);
    const now = await api.must(200, by('one'), wanted({ k: '2' }), applying);
    assert.deepEqual(now.data, { k: '2' });
  });

  it('reads YAML', async () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "yes"\n';
    assert.deepEqual((await api.must(201, by('one'), text, applying)).data, { k: 'yes' });
  });

  it('writes nothing, and wakes nobody, when nothing changes', async () => {
    const made = await api.must(201, by('one'), wanted({ k: '1' }), applying);
    api.clock.time += 60_000;
    const again = await api.must(200, by('one'), wanted({ k: '1' }), applying);
    assert.deepEqual(again, made);
    api.clock.time += 60_000;
    const other = await api.must(200, by('two'), wanted({ k: '1' }), applying);
    assert.notEqual(other.metadata.resourceVersion, made.metadata.resourceVersion);
    assert.deepEqual(
      other.metadata.managedFields.map((e: Entry) => [e.manager, e.time]),
      [
        ['one', '2026-01-01T00:00:00Z'],
        ['two', '2026-01-01T00:02:00Z'],
      ],
    );
  });

  it('refuses to take what others own, unless by force', async () => {
    await api.must(201, `POST ${configMaps}?fieldManager=maker`, wanted({ k: '1' }));
    const refused = await api.must(409, by('one'), wanted({ k: '2' }), applying);
    assert.equal(refused.message, 'Apply failed with 1 conflict: conflict with "maker" using v1: .data.k');
    assert.deepEqual(refused.details, {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "maker" using v1', field: '.data.k' }],
    });
    const now = await api.must(200, by('one', '&force=true'), wanted({ k: '2' }), applying);
    assert.deepEqual(owners(now), ['one Apply {"f:data":{"f:k":{}}}', 'maker Update {"f:data":{}}']);
  });

  it('on a dry run answers as if, and changes nothing', async () => {
    const dry = await api.must(201, by('one', '&dryRun=All'), wanted({ k: '1' }), applying);
    assert.deepEqual(dry.data, { k: '1' });
    await api.must(404, `GET ${configMaps}/a`);
  });

  it('takes over from kubectl’s own apply without force, and keeps its annotation true', async () => {
    const last = 'kubectl.kubernetes.io/last-applied-configuration';
    const text = JSON.stringify(wanted({ k: '1', gone: '1' }));
    await api.must(
      201,
      `POST ${configMaps}?fieldManager=kubectl-client-side-apply`,
      wanted({ k: '1', gone: '1' }, { annotations: { [last]: text } }),
    );
    const now = await api.must(200, by('kubectl'), wanted({ k: '2' }), applying);
    assert.deepEqual(now.data, { k: '2', gone: '1' });
    assert.deepEqual(JSON.parse(now.metadata.annotations[last]).data, { k: '2' });
    await api.must(200, `PATCH ${configMaps}/a?fieldManager=other`, { data: { k: '3' } }, merge);
    await api.must(409, by('kubectl'), wanted({ k: '4' }), applying);
  });

  const refusals: [what: string, query: string, body: unknown, code: number, message: RegExp][] = [
    ['nobody who applies', '', wanted({}), 422, /fieldManager: Required value: is required for apply patch/],
    ['a name too long', `?fieldManager=${'x'.repeat(129)}`, wanted({}), 422, /fieldManager: Too long/],
    [
      'a name that cannot be printed',
      '?fieldManager=a%0Ab',
      wanted({}),
      422,
      /invalid character U\+000A \(at position 1\)/,
    ],
    [
      'another kind',
      '?fieldManager=x',
      { ...wanted({}), kind: 'Secret' },
      400,
      /invalid object type: \/v1, Kind=Secret/,
    ],
    [
      'an unknown field',
      '?fieldManager=x',
      { ...wanted({}), foo: 1 },
      500,
      /^failed to create typed patch object \(default\/a; \/v1, Kind=ConfigMap\): \.foo: field not declared in schema$/,
    ],
    [
      'owners of its own',
      '?fieldManager=x',
      wanted({}, { managedFields: [] }),
      400,
      /metadata.managedFields must be nil/,
    ],
    ['another name', '?fieldManager=x', wanted({}, { name: 'b' }), 400, /does not match the name on the URL/],
    ['a uid that nothing has', '?fieldManager=x', wanted({}, { uid: 'u' }), 409, /uid mismatch/],
    ['damaged YAML', '?fieldManager=x', '{ a: b', 400, /error decoding YAML/],
    [
      'a field told twice',
      '?fieldManager=x&fieldValidation=Strict',
      '{"apiVersion":"v1","kind":"ConfigMap","data":{},"data":{}}',
      400,
      /duplicate field "data"/,
    ],
  ];
  for (const [what, query, body, code, message] of refusals) {
    it(`refuses ${what}`, async () => {
      const refused = await api.must(code, `PATCH ${configMaps}/a${query}`, body, applying);
      assert.match(refused.message, message);
      await api.must(404, `GET ${configMaps}/a`);
    });
  }

  it('refuses force for other patches, and CBOR', async () => {
    await api.must(201, `POST ${configMaps}`, wanted({}));
    await api.must(422, `PATCH ${configMaps}/a?force=true`, { data: {} }, merge);
    await api.must(415, by('x'), wanted({}), { 'content-type': 'application/apply-patch+cbor' });
  });

  it('holds to the version and the uid in the body', async () => {
    const { metadata } = await api.must(201, by('x'), wanted({ k: '1' }), applying);
    const { uid, resourceVersion } = metadata;
    await api.must(409, by('x'), wanted({ k: '2' }, { resourceVersion: '1' }), applying);
    const other = await api.must(422, by('x'), wanted({ k: '2' }, { uid: 'other' }), applying);
    assert.match(other.message, /metadata.uid: Invalid value: "other": field is immutable/);
    await api.must(200, by('x'), wanted({ k: '2' }, { uid, resourceVersion }), applying);
  });
});

describe('managedFields', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const agent = (name: string) => ({ 'user-agent': `${name}/v1 (linux/amd64)` });
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };

  it('name the first part of the user agent, and keep status and object apart', async () => {
    await api.must(201, `POST ${pods}`, pod, agent('maker'));
    const status = { spec: { hostNetwork: true }, status: { phase: 'Running' } };
    const now = await api.must(200, `PATCH ${pods}/p/status`, status, { ...merge, ...agent('kubelet') });
    assert.deepEqual(owners(now).slice(0, 1), ['kubelet Update/status {"f:status":{"f:phase":{}}}']);
    const later = await api.must(200, `PATCH ${pods}/p`, { status: { phase: 'Failed' } }, { ...merge, ...agent('x') });
    assert.deepEqual(later.metadata.managedFields, now.metadata.managedFields);
  });

  it('of a scale are owners of the replicas, by that subresource', async () => {
    const spec = {
      replicas: 1,
      selector: { a: 'b' },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    };
    const rc = { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'r' }, spec: { ...spec } };
    await api.must(201, `PATCH ${controllers}/r?fieldManager=x`, rc, applying);
    await api.must(200, `PATCH ${controllers}/r/scale?fieldManager=hpa`, { spec: { replicas: 3 } }, merge);
    const now = await api.must(200, `GET ${controllers}/r`);
    assert.ok(owners(now).includes('hpa Update/scale {"f:spec":{"f:replicas":{}}}'));
    assert.equal(owners(now)[0]?.includes('f:replicas'), false);
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'r' }, spec: { replicas: 4 } };
    const refused = await api.must(409, `PATCH ${controllers}/r/scale?fieldManager=y`, scale, applying);
    assert.match(refused.message, /conflict with "hpa" with subresource "scale" using autoscaling\/v1: .spec.replicas/);
    const forced = await api.must(200, `PATCH ${controllers}/r/scale?fieldManager=y&force=true`, scale, applying);
    assert.equal(forced.spec.replicas, 4);
    await api.must(
      200,
      `PATCH ${controllers}/r?fieldManager=x`,
      { ...rc, spec: { ...spec, replicas: undefined } },
      applying,
    );
    assert.equal((await api.must(200, `GET ${controllers}/r`)).spec.replicas, 4);
  });

  it('can be reset, and are then kept no more until somebody applies', async () => {
    await api.must(201, `POST ${configMaps}`, wanted({ k: '1' }));
    const reset = await api.must(200, `PATCH ${configMaps}/a`, { metadata: { managedFields: [{}] } }, merge);
    assert.equal(reset.metadata.managedFields, undefined);
    const silent = await api.must(200, `PATCH ${configMaps}/a`, { data: { l: '1' } }, merge);
    assert.equal(silent.metadata.managedFields, undefined);
    const now = await api.must(200, `PATCH ${configMaps}/a?fieldManager=x`, wanted({ m: '1' }), applying);
    assert.deepEqual(owners(now), [
      'x Apply {"f:data":{"f:m":{}}}',
      'before-first-apply Update {"f:data":{".":{},"f:k":{},"f:l":{}}}',
    ]);
  });

  it('that cannot be read are dropped, and those of the object stay', async () => {
    const made = await api.must(201, `POST ${configMaps}`, wanted({ k: '1' }));
    const managedFields = [{ manager: 'x', operation: 'Steal' }];
    const now = await api.must(200, `PATCH ${configMaps}/a`, { metadata: { managedFields } }, merge);
    assert.deepEqual(now, made);
  });
});
