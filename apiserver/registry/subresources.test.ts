import assert from 'node:assert/strict';
import type { CreateHandler } from '../contracts.js';
import { openTestApi, type TestApi } from '../testing/harness.js';
import { selectorText } from './scale.js';

const core = '/api/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

describe('scale', () => {
  const scale = `${core}/replicationcontrollers/web/scale`;
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    const rc = { metadata: { name: 'web' }, spec: { replicas: 2, selector: { app: 'web', tier: 'a' }, template } };
    rc.spec.template = { ...template, metadata: { labels: { app: 'web', tier: 'a' } as never } };
    await api.must(201, `POST ${core}/replicationcontrollers`, rc);
  });
  afterEach(() => api.close());

  it('shows the replicas of any kind in one shape', async () => {
    const { metadata, ...rest } = await api.must(200, `GET ${scale}`);
    assert.deepEqual(rest, {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web,tier=a' },
    });
    assert.deepEqual([metadata.name, metadata.namespace, metadata.resourceVersion], ['web', 'default', '2']);
  });

  it('changes them, by PUT and by PATCH', async () => {
    const current = await api.must(200, `GET ${scale}`);
    assert.equal((await api.must(200, `PUT ${scale}`, { ...current, spec: { replicas: 5 } })).spec.replicas, 5);
    const stale = await api.must(409, `PUT ${scale}`, { ...current, spec: { replicas: 6 } });
    assert.match(stale.message, /the object has been modified/);
    const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
    assert.equal((await api.must(200, `PATCH ${scale}`, { spec: { replicas: 6 } }, strategic)).spec.replicas, 6);
    assert.equal((await api.must(200, `PATCH ${scale}`, { spec: { replicas: 7 } }, merge)).spec.replicas, 7);
    const rc = await api.must(200, `GET ${core}/replicationcontrollers/web`);
    assert.deepEqual([rc.spec.replicas, rc.metadata.generation], [7, 4]);
  });

  it('refuses what is no number of replicas', async () => {
    const negative = await api.must(422, `PATCH ${scale}`, { spec: { replicas: -1 } }, merge);
    assert.match(
      negative.message,
      /Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0/,
    );
    await api.must(400, `PATCH ${scale}`, { spec: { replicas: 'many' } }, merge);
    await api.must(400, `PUT ${scale}`, { metadata: { name: 'other' }, spec: { replicas: 1 } });
    await api.must(404, `GET ${core}/replicationcontrollers/none/scale`);
    await api.must(404, `GET ${core}/configmaps/web/scale`);
    await api.must(405, `DELETE ${scale}`);
  });

  const selectors: [selector: unknown, text: string][] = [
    [{ app: 'web' }, 'app=web'],
    [{ matchLabels: { b: '2', a: '1' } }, 'a=1,b=2'],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['y', 'x'] },
          { key: 'b', operator: 'Exists' },
        ],
      },
      'a in (x,y),b',
    ],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'NotIn', values: ['x'] },
          { key: 'b', operator: 'DoesNotExist' },
        ],
      },
      'a notin (x),!b',
    ],
    ['ready=made', 'ready=made'],
    [undefined, ''],
  ];
  for (const [selector, text] of selectors) {
    it(`says ${JSON.stringify(selector)} as "${text}"`, () => assert.equal(selectorText(selector), text));
  }
});

describe('binding', () => {
  const binding = { target: { apiVersion: 'v1', kind: 'Node', name: 'n1' } };
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    await api.must(201, `POST ${core}/pods`, { metadata: { name: 'p', annotations: { a: '1' } }, spec: template.spec });
  });
  afterEach(() => api.close());

  it('gives a pod its node, once', async () => {
    const said = await api.must(201, `POST ${core}/pods/p/binding`, {
      metadata: { annotations: { b: '2' } },
      ...binding,
    });
    assert.deepEqual([said.kind, said.status], ['Status', 'Success']);
    const pod = await api.must(200, `GET ${core}/pods/p`);
    assert.equal(pod.spec.nodeName, 'n1');
    assert.deepEqual(pod.metadata.annotations, { a: '1', b: '2' });
    assert.deepEqual(pod.status.conditions, [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    const again = await api.must(409, `POST ${core}/pods/p/binding`, binding);
    assert.equal(
      again.message,
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
    );
  });

  it('is given to one of two schedulers', async () => {
    const codes = await Promise.all(
      ['n1', 'n2'].map(async name => (await api.ask(`POST ${core}/pods/p/binding`, { target: { name } })).code),
    );
    assert.deepEqual(codes.sort(), [201, 409]);
  });

  it('works the older way, too', async () => {
    await api.must(201, `POST ${core}/bindings`, { metadata: { name: 'p' }, ...binding });
    assert.equal((await api.must(200, `GET ${core}/pods/p`)).spec.nodeName, 'n1');
    await api.must(400, `POST ${core}/bindings`, binding);
    await api.must(405, `GET ${core}/bindings`);
  });

  const refusals: [what: string, name: string, body: unknown, code: number, message: RegExp][] = [
    ['a pod that is not there', 'q', binding, 404, /pods "q" not found/],
    ['no node', 'p', { target: {} }, 422, /target.name: Required value/],
    ['what is no node', 'p', { target: { kind: 'Cat', name: 'n1' } }, 422, /target.kind: Unsupported value: "Cat"/],
    ['another pod', 'p', { metadata: { name: 'q' }, ...binding }, 400, /does not match the name on the URL/],
    ['another life of the pod', 'p', { metadata: { uid: 'old' }, ...binding }, 409, /UID in precondition: old/],
  ];
  for (const [what, name, body, code, message] of refusals) {
    it(`refuses ${what} with ${code}`, async () => {
      assert.match((await api.must(code, `POST ${core}/pods/${name}/binding`, body)).message, message);
    });
  }
});

describe('what code answers', () => {
  it('is asked with the decoded body, and for a subresource with its object', async () => {
    const asked: unknown[] = [];
    const api = await openTestApi({
      createHandlers: new Map<string, CreateHandler>([
        [
          'serviceaccounts/token',
          ({ object, parent, info }) => {
            asked.push([object.kind, parent?.metadata.name, info.subresource]);
            return { ...object, status: { token: 't' } };
          },
        ],
        [
          'selfsubjectaccessreviews',
          ({ object, user }) => ({ ...object, status: { allowed: user.name === 'tester' } }),
        ],
      ]),
    });
    await api.must(201, `POST ${core}/serviceaccounts`, { metadata: { name: 'sa' } });
    assert.equal(
      (await api.must(201, `POST ${core}/serviceaccounts/sa/token`, { spec: { audiences: [] } })).status.token,
      't',
    );
    assert.deepEqual(asked, [['TokenRequest', 'sa', 'token']]);
    await api.must(404, `POST ${core}/serviceaccounts/none/token`, { spec: { audiences: [] } });
    const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    assert.equal(
      (await api.must(201, `POST ${reviews}`, { spec: { nonResourceAttributes: {} } })).status.allowed,
      true,
    );
    assert.match((await api.must(422, `POST ${reviews}`, { spec: {} })).message, /exactly one of/);
    await api.must(405, `GET ${reviews}`);
    await api.close();
  });
});
