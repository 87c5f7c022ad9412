import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { openTestApi, settled, type TestApi } from '../testing/harness.js';
import { Definitions } from './definitions.js';
import { crds, definition, merge, nobody, widget, widgets } from './testing/widgets.js';

describe('a CustomResourceDefinition', () => {
  let api: TestApi;
  let definitions: Definitions;
  let failures: unknown[];
  const done = async () => {
    for (let i = 0; i < 20; i++) {
      await settled();
      await definitions.settled();
    }
  };
  const serve = async (change?: Parameters<typeof definition>[0]) => {
    await api.must(201, `POST ${crds}`, definition(change));
    await done();
  };
  beforeEach(async () => {
    failures = [];
    api = await openTestApi();
    definitions = new Definitions({ env: api.env, webhooks: nobody, failed: error => failures.push(error) });
    await definitions.start();
  });
  afterEach(async () => {
    await definitions.stop();
    await api.close();
    assert.deepEqual(failures, []);
  });

  it('gets its names, and its kind is served', async () => {
    assert.equal((await api.ask(`GET ${widgets}`)).code, 404);
    await serve();
    const crd = await api.must(200, `GET ${crds}/widgets.example.com`);
    assert.deepEqual(crd.status.acceptedNames, {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
      shortNames: ['wd'],
      categories: ['all'],
    });
    assert.deepEqual(crd.status.storedVersions, ['v1']);
    assert.deepEqual(
      crd.status.conditions.map(
        (c: { type: string; status: string; reason: string }) => `${c.type}=${c.status} ${c.reason}`,
      ),
      ['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted'],
    );
    assert.deepEqual((await api.must(200, `GET ${widgets}`)).kind, 'WidgetList');
  });

  it('makes objects be completed, pruned and judged by its schema', async () => {
    await serve();
    const made = await api.must(
      201,
      `POST ${widgets}`,
      widget(
        'a',
        { nope: 1, port: 'http', raw: { any: [1, { thing: 2 }] }, replicas: null },
        { status: { phase: 'x' } },
      ),
    );
    assert.deepEqual(made.spec, { size: 2, port: 'http', raw: { any: [1, { thing: 2 }] }, colour: 'red', replicas: 1 });
    assert.equal(made.status, undefined);
    assert.equal(made.metadata.generation, 1);
    const strict = await api.ask(`POST ${widgets}?fieldValidation=Strict`, widget('b', { nope: 1 }));
    assert.equal(
      strict.body.message,
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.nope"',
    );
    const warned = await api.ask(`POST ${widgets}?dryRun=All`, widget('b', { nope: 1 }));
    assert.match(warned.headers.warning ?? '', /unknown field \\"spec.nope\\"/);
    const wrong = await api.ask(
      `POST ${widgets}`,
      widget('b', { size: 'big', colour: 'green', parts: [{ count: 1 }, 7] }),
    );
    assert.equal(wrong.code, 422);
    assert.deepEqual(
      wrong.body.details.causes.map((cause: { field: string; message: string }) => `${cause.field}: ${cause.message}`),
      [
        'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
        'spec.colour: Unsupported value: "green": supported values: "red", "blue"',
        'spec.parts[0].name: Required value',
        'spec.parts[1]: Invalid value: "integer": spec.parts[1] in body must be of type object: "integer"',
        'spec.parts[1]: Invalid value: 7: must be an object for an array of list-type map',
      ],
    );
  });

  it('may say how long its names are', async () => {
    await serve();
    const long = await api.ask(`POST ${widgets}`, widget('a-name-of-more-than-twenty', {}));
    assert.match(long.body.message, /metadata.name: Too long: may not be more than 20 bytes/);
  });

  it('makes its rules hold, for objects and for changes', async () => {
    await serve();
    const refused = await api.ask(`POST ${widgets}`, widget('a', { size: 9 }));
    assert.equal(
      refused.body.message,
      'Widget.example.com "a" is invalid: spec: Invalid value: "object": size 9 needs more replicas',
    );
    await api.must(201, `POST ${widgets}`, widget('a', { size: 3 }));
    const shrunk = await api.ask(`PATCH ${widgets}/a`, { spec: { size: 2 } }, merge);
    assert.equal(
      shrunk.body.message,
      'Widget.example.com "a" is invalid: spec.size: Invalid value: "object": size must not shrink',
    );
    const patched = await api.must(200, `PATCH ${widgets}/a`, { spec: { size: 6, replicas: 2 } }, merge);
    assert.equal(patched.metadata.generation, 2);
  });

  it('has /status and /scale, each changing its part', async () => {
    await serve();
    await api.must(201, `POST ${widgets}`, widget('a', {}));
    const put = await api.must(
      200,
      `PATCH ${widgets}/a/status`,
      { spec: { size: 9 }, status: { phase: 'Ready', replicas: 1, selector: 'a=b', nope: 1 } },
      merge,
    );
    assert.deepEqual(
      [put.spec.size, put.status, put.metadata.generation],
      [2, { phase: 'Ready', replicas: 1, selector: 'a=b' }, 1],
    );
    const kept = await api.must(200, `PATCH ${widgets}/a`, { status: { phase: 'Lost' } }, merge);
    assert.equal(kept.status.phase, 'Ready');
    const scale = await api.must(200, `GET ${widgets}/a/scale`);
    assert.deepEqual(
      [scale.kind, scale.spec, scale.status],
      ['Scale', { replicas: 1 }, { replicas: 1, selector: 'a=b' }],
    );
    await api.must(200, `PATCH ${widgets}/a/scale`, { spec: { replicas: 5 } }, merge);
    assert.equal((await api.must(200, `GET ${widgets}/a`)).spec.replicas, 5);
  });

  it('is listed by its fields and in its columns, patched and applied', async () => {
    await serve();
    await api.must(201, `POST ${widgets}`, widget('a', { parts: [{ name: 'x' }, { name: 'y' }] }));
    await api.must(201, `POST ${widgets}`, widget('b', { colour: 'blue' }));
    const blue = await api.must(200, `GET ${widgets}?fieldSelector=spec.colour%3Dblue`);
    assert.deepEqual(
      blue.items.map((item: AnyObject) => item.metadata.name),
      ['b'],
    );
    assert.match(
      (await api.ask(`GET ${widgets}?fieldSelector=spec.size%3D2`)).body.message,
      /field label not supported: spec.size/,
    );
    const table = await api.must(200, `GET ${widgets}`, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    assert.deepEqual(
      table.columnDefinitions.map((column: { name: string }) => column.name),
      ['Name', 'Size', 'Parts', 'Age'],
    );
    assert.deepEqual(table.rows[0].cells, ['a', 2, 'x,y', '0s']);
    assert.equal(
      (await api.ask(`PATCH ${widgets}/a`, {}, { 'content-type': 'application/strategic-merge-patch+json' })).code,
      415,
    );
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const { metadata: _, ...body } = widget('a', { parts: [{ name: 'y', count: 7 }] });
    const applied = await api.must(200, `PATCH ${widgets}/a?fieldManager=me`, body, apply);
    assert.deepEqual(applied.spec.parts, [{ name: 'x' }, { name: 'y', count: 7 }]);
  });

  it('whose names are taken waits for them', async () => {
    await serve();
    await api.must(
      201,
      `POST ${crds}`,
      definition(crd => {
        crd.metadata.name = 'gadgets.example.com';
        crd.spec.names = { plural: 'gadgets', kind: 'Widget' };
      }),
    );
    await done();
    const waiting = await api.must(200, `GET ${crds}/gadgets.example.com`);
    assert.deepEqual(
      waiting.status.conditions.map((c: AnyObject) => [c.type, c.status, c.reason, c.message]),
      [
        ['NamesAccepted', 'False', 'ListKindConflict', '"WidgetList" is already in use'],
        ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
      ],
    );
    assert.equal((await api.ask('GET /apis/example.com/v1/gadgets')).code, 404);
    await api.must(200, `DELETE ${crds}/widgets.example.com`);
    await done();
    assert.equal((await api.must(200, `GET ${crds}/gadgets.example.com`)).status.conditions[1].status, 'True');
    assert.equal((await api.ask('GET /apis/example.com/v1/gadgets')).code, 200);
  });

  it('takes no name from a kind that the server is built with', async () => {
    await serve(crd => {
      crd.metadata = {
        name: 'ingresses.networking.k8s.io',
        annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' },
      };
      Object.assign(crd.spec, { group: 'networking.k8s.io', names: { plural: 'ingresses', kind: 'Ingress' } });
    });
    const { status } = await api.must(200, `GET ${crds}/ingresses.networking.k8s.io`);
    assert.deepEqual(
      status.conditions.map((c: AnyObject) => `${c.type}=${c.status} ${c.reason}`),
      [
        'NamesAccepted=False ListKindConflict',
        'Established=False NotAccepted',
        'KubernetesAPIApprovalPolicyConformant=False UnapprovedAnnotation',
      ],
    );
    assert.ok(api.env.kinds.find('networking.k8s.io', 'v1', 'ingresses')?.custom === undefined);
  });

  it('that is deleted takes its objects with it, once their finalizers let go', async () => {
    await serve();
    await api.must(201, `POST ${widgets}`, widget('free', {}));
    await api.must(201, `POST ${widgets}`, {
      ...widget('held', {}),
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    });
    await api.must(200, `DELETE ${crds}/widgets.example.com`);
    await done();
    const going = await api.must(200, `GET ${crds}/widgets.example.com`);
    assert.ok(going.metadata.finalizers.includes('customresourcecleanup.apiextensions.k8s.io'));
    assert.equal(going.status.conditions.at(-1).type, 'Terminating');
    assert.deepEqual(
      (await api.must(200, `GET ${widgets}`)).items.map((item: AnyObject) => item.metadata.name),
      ['held'],
    );
    assert.equal((await api.ask(`POST ${widgets}`, widget('late', {}))).code, 405);
    await api.must(200, `PATCH ${widgets}/held`, { metadata: { finalizers: null } }, merge);
    await api.must(200, `PATCH ${crds}/widgets.example.com`, { metadata: { labels: { look: 'again' } } }, merge);
    await done();
    assert.equal((await api.ask(`GET ${crds}/widgets.example.com`)).code, 404);
    assert.equal((await api.ask(`GET ${widgets}`)).code, 404);
  });

  it('that changes is followed: watches end, and stored objects get new defaults when they are read', async () => {
    await serve();
    await api.must(201, `POST ${widgets}`, widget('a', {}));
    const watch = await api.watch(`${widgets}?watch=true`);
    const crd = await api.must(200, `GET ${crds}/widgets.example.com`);
    crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.shape = { type: 'string', default: 'round' };
    await api.must(200, `PUT ${crds}/widgets.example.com`, crd);
    await done();
    assert.ok(watch.ended);
    assert.equal((await api.must(200, `GET ${widgets}/a`)).spec.shape, 'round');
    assert.equal((await api.must(200, `GET ${widgets}`)).items[0].spec.shape, 'round');
    const again = await api.must(200, `GET ${crds}/widgets.example.com`);
    delete again.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.colour;
    again.spec.versions[0].selectableFields = [];
    await api.must(200, `PUT ${crds}/widgets.example.com`, again);
    await done();
    assert.equal((await api.must(200, `GET ${widgets}/a`)).spec.colour, undefined);
  });

  it('whose stored version is not served is emptied all the same', async () => {
    await serve();
    await api.must(201, `POST ${widgets}`, widget('a', {}));
    const crd = await api.must(200, `GET ${crds}/widgets.example.com`);
    crd.spec.versions[0].served = false;
    await api.must(200, `PUT ${crds}/widgets.example.com`, crd);
    await done();
    assert.equal((await api.ask(`GET ${widgets}/a`)).code, 404);
    await api.must(200, `DELETE ${crds}/widgets.example.com`);
    await done();
    assert.equal(await api.store.get('/registry/example.com/widgets/default/a'), undefined);
    assert.equal((await api.ask(`GET ${crds}/widgets.example.com`)).code, 404);
  });

  it('with several versions shows each object in all, and stores it in one', async () => {
    await serve(crd => {
      const v2 = structuredClone(crd.spec.versions[0]);
      Object.assign(v2, { name: 'v2', storage: false, deprecated: true });
      delete v2.schema.openAPIV3Schema.properties.spec.properties.raw;
      crd.spec.versions.push(v2);
    });
    await api.must(201, `POST ${widgets}`, widget('a', { raw: { x: 1 } }));
    const path = widgets.replace('/v1/', '/v2/');
    const shown = await api.ask(`GET ${path}/a`);
    assert.deepEqual([shown.body.apiVersion, shown.body.spec.raw], ['example.com/v2', undefined]);
    assert.match(shown.headers.warning ?? '', /example.com\/v2 Widget is deprecated/);
    const crd = await api.must(200, `GET ${crds}/widgets.example.com`);
    crd.spec.versions[0].storage = false;
    crd.spec.versions[1].storage = true;
    const moved = await api.must(200, `PUT ${crds}/widgets.example.com`, crd);
    assert.deepEqual(moved.status.storedVersions, ['v1', 'v2']);
    await done();
    await api.must(200, `PATCH ${widgets}/a`, { spec: { size: 3 } }, merge);
    const stored = await api.store.get('/registry/example.com/widgets/default/a');
    assert.match(Buffer.from(stored?.value ?? []).toString(), /"apiVersion":"example.com\/v2"/);
    assert.equal((await api.must(200, `GET ${widgets}/a`)).apiVersion, 'example.com/v1');
  });
});
