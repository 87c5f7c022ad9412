import assert from 'node:assert/strict';
import { openTestApi, startOfTime, type TestApi } from '../testing/harness.js';

const core = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };
const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };

describe('delete', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const configMap = (name: string, metadata = {}) =>
    api.must(201, `POST ${core}/configmaps`, { metadata: { name, ...metadata } });
  const boundPod = async (): Promise<void> => {
    await api.must(201, `POST ${core}/pods`, pod);
    await api.must(201, `POST ${core}/pods/p/binding`, { target: { kind: 'Node', name: 'n1' } });
  };

  it('removes at once, and says what', async () => {
    const { metadata } = await configMap('a');
    const said = await api.must(200, `DELETE ${core}/configmaps/a`);
    assert.deepEqual(said, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    await api.must(404, `GET ${core}/configmaps/a`);
    const gone = await api.must(404, `DELETE ${core}/configmaps/a`);
    assert.equal(gone.message, 'configmaps "a" not found');
  });

  it('holds to preconditions', async () => {
    const { metadata } = await configMap('a');
    const wrong = await api.must(409, `DELETE ${core}/configmaps/a`, { preconditions: { uid: 'other' } });
    assert.match(
      wrong.message,
      /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(other\) does not match the UID in record \(uid-\d+\)\. The object might have been deleted and then recreated$/,
    );
    await api.must(409, `DELETE ${core}/configmaps/a`, { preconditions: { resourceVersion: '1' } });
    const { uid, resourceVersion } = metadata;
    await api.must(200, `DELETE ${core}/configmaps/a`, { preconditions: { uid, resourceVersion } });
  });

  it('deletes a page of a collection, and says how to go on', async () => {
    for (const name of ['a', 'b', 'c']) await configMap(name);
    const page = await api.must(200, `DELETE ${core}/configmaps?limit=2`);
    assert.deepEqual(
      page.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['a', 'b'],
    );
    assert.ok(page.metadata.continue);
    await api.must(200, `GET ${core}/configmaps/c`);
  });

  it('keeps what has finalizers until the last is removed', async () => {
    await configMap('a', { finalizers: ['example.com/hold'] });
    const marked = await api.must(200, `DELETE ${core}/configmaps/a`);
    assert.deepEqual(
      [marked.metadata.deletionTimestamp, marked.metadata.deletionGracePeriodSeconds],
      ['2026-01-01T00:00:00Z', 0],
    );
    const revision = await api.store.revision();
    await api.must(200, `DELETE ${core}/configmaps/a`);
    assert.equal(await api.store.revision(), revision);
    const added = await api.ask(
      `PATCH ${core}/configmaps/a`,
      { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
      merge,
    );
    assert.match(added.body.message, /no new finalizers can be added if the object is being deleted/);
    await api.must(200, `PATCH ${core}/configmaps/a`, { metadata: { finalizers: null } }, merge);
    await api.must(404, `GET ${core}/configmaps/a`);
  });

  it('leaves dependents to the garbage collector by finalizers', async () => {
    await configMap('orphan');
    await configMap('foreground');
    await configMap('background');
    const deleted = async (name: string, propagationPolicy: string): Promise<string[] | undefined> =>
      (await api.must(200, `DELETE ${core}/configmaps/${name}`, { propagationPolicy })).metadata.finalizers;
    assert.deepEqual(await deleted('orphan', 'Orphan'), ['orphan']);
    assert.deepEqual(await deleted('foreground', 'Foreground'), ['foregroundDeletion']);
    assert.equal(await deleted('background', 'Background'), undefined);
    const changed = await api.must(200, `DELETE ${core}/configmaps/orphan?propagationPolicy=Foreground`);
    assert.deepEqual(changed.metadata.finalizers, ['foregroundDeletion']);
  });

  it('lets a pod without a node go at once', async () => {
    await api.must(201, `POST ${core}/pods`, pod);
    assert.equal((await api.must(200, `DELETE ${core}/pods/p`)).kind, 'Status');
    await api.must(404, `GET ${core}/pods/p`);
  });

  it('gives a running pod its grace, which only shrinks, and the kubelet the last word', async () => {
    await boundPod();
    const first = await api.must(200, `DELETE ${core}/pods/p`);
    assert.deepEqual(
      [first.metadata.deletionTimestamp, first.metadata.deletionGracePeriodSeconds],
      ['2026-01-01T00:00:30Z', 30],
    );
    api.clock.time = startOfTime + 5000;
    const longer = await api.must(200, `DELETE ${core}/pods/p?gracePeriodSeconds=60`);
    assert.equal(longer.metadata.resourceVersion, first.metadata.resourceVersion);
    const shorter = await api.must(200, `DELETE ${core}/pods/p?gracePeriodSeconds=10`);
    assert.deepEqual(
      [shorter.metadata.deletionTimestamp, shorter.metadata.deletionGracePeriodSeconds],
      ['2026-01-01T00:00:10Z', 10],
    );
    assert.equal((await api.must(200, `DELETE ${core}/pods/p`, { gracePeriodSeconds: 0 })).kind, 'Status');
    await api.must(404, `GET ${core}/pods/p`);
  });

  it('does not remove a pod in its grace because its last finalizer went', async () => {
    await boundPod();
    await api.must(200, `PATCH ${core}/pods/p`, { metadata: { finalizers: ['example.com/hold'] } }, merge);
    await api.must(200, `DELETE ${core}/pods/p`);
    await api.must(200, `PATCH ${core}/pods/p`, { metadata: { finalizers: [] } }, merge);
    await api.must(200, `GET ${core}/pods/p`);
  });

  it('keeps a namespace until it has been emptied and finalized', async () => {
    await api.must(201, 'POST /api/v1/namespaces', { metadata: { name: 'x' } });
    const going = await api.must(200, 'DELETE /api/v1/namespaces/x');
    assert.deepEqual([going.status.phase, going.spec.finalizers], ['Terminating', ['kubernetes']]);
    const done = await api.must(200, 'PUT /api/v1/namespaces/x/finalize', { ...going, spec: {}, status: {} });
    assert.equal(done.status.phase, 'Terminating');
    await api.must(404, 'GET /api/v1/namespaces/x');
  });

  it('deletes what is selected, and nothing else', async () => {
    for (const name of ['a', 'b', 'c']) await configMap(name, { labels: { all: 'yes', [name]: '' } });
    const list = await api.must(200, `DELETE ${core}/configmaps?labelSelector=all,!b`);
    assert.deepEqual(
      list.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      ['a', 'c'],
    );
    assert.deepEqual((await api.must(200, `GET ${core}/configmaps`)).items.length, 1);
    await api.must(405, 'DELETE /api/v1/configmaps');
  });

  it('removes nothing on a dry run', async () => {
    await configMap('a');
    await api.must(200, `DELETE ${core}/configmaps/a?dryRun=All`);
    await api.must(200, `DELETE ${core}/configmaps/a`, { dryRun: ['All'] });
    await api.must(200, `DELETE ${core}/configmaps?dryRun=All`);
    await api.must(200, `GET ${core}/configmaps/a`);
  });

  it('deletes an evicted pod', async () => {
    await boundPod();
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'p' },
      deleteOptions: { gracePeriodSeconds: 7 },
    };
    assert.equal((await api.must(201, `POST ${core}/pods/p/eviction`, eviction)).status, 'Success');
    assert.equal((await api.must(200, `GET ${core}/pods/p`)).metadata.deletionGracePeriodSeconds, 7);
    await api.must(404, `POST ${core}/pods/q/eviction`, { ...eviction, metadata: { name: 'q' } });
  });

  const refusals: [what: string, query: string, body: unknown, code: number, message: RegExp][] = [
    [
      'an unknown policy',
      '',
      { propagationPolicy: 'Sideways' },
      422,
      /propagationPolicy: Unsupported value: "Sideways"/,
    ],
    ['two policies', '', { propagationPolicy: 'Orphan', orphanDependents: true }, 422, /cannot be both set/],
    [
      'a grace that is no number',
      '?gracePeriodSeconds=soon',
      undefined,
      400,
      /gracePeriodSeconds: Invalid value: "soon"/,
    ],
    ['a grace of a wrong type', '', { gracePeriodSeconds: 'soon' }, 400, /cannot unmarshal string/],
    ['a body that is none of options', '', { kind: 'Pod' }, 400, /must be of type DeleteOptions/],
    ['an unknown dry run', '?dryRun=Some', undefined, 422, /dryRun: Unsupported value/],
  ];
  for (const [what, query, body, code, message] of refusals) {
    it(`refuses ${what} with ${code}`, async () => {
      await configMap('a');
      assert.match((await api.must(code, `DELETE ${core}/configmaps/a${query}`, body)).message, message);
      await api.must(200, `GET ${core}/configmaps/a`);
    });
  }
});
