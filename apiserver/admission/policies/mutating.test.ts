import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { expressionsCompile } from './check.js';
import { mapsOf } from './messages.js';
import { mutatingPolicies } from './mutating.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const pods = '/api/v1/namespaces/default/pods';
const rule = { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const pod = (fields: object = {}) => ({
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { containers: [{ name: 'a', image: 'i' }], ...fields },
});

describe('messages as maps', () => {
  const table: [string, string][] = [
    ['JSONPatch{op: "add", path: "/a", value: x ? y : z}', '{"op": "add", "path": "/a", "value": x ? y : z}'],
    ['Object{metadata: Object.metadata{labels: {"a": b}}}', '{"metadata": {"labels": {"a": b}}}'],
    ['[JSONPatch{op: "test"}, JSONPatch{}]', '[{"op": "test"}, {}]'],
    [
      'Object.spec.containers{name: "JSONPatch{op: 1}", args: [a, f(b, c)]}',
      '{"name": "JSONPatch{op: 1}", "args": [a, f(b, c)]}',
    ],
    [
      'Object{?spec: optional.none(), status: {"x": 1, "y": 2}}',
      '{?"spec": optional.none(), "status": {"x": 1, "y": 2}}',
    ],
    ['{"a": 1, "b": object.Object}', '{"a": 1, "b": object.Object}'],
  ];
  for (const [source, expected] of table) it(source, () => assert.equal(mapsOf(source), expected));
});

describe('mutating admission policies', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
    const { lookup, kinds } = api.env;
    const authorizer = { authorize: () => ({ allowed: false as const, reason: '' }) };
    api.env.admission = [expressionsCompile, mutatingPolicies({ lookup, authorizer, rows: () => kinds.rows })];
    await api.must(201, 'POST /api/v1/namespaces', { metadata: { name: 'default' } });
  });
  afterEach(() => api.close());

  const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
  const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
  async function bound(spec: object, binding: object = {}): Promise<void> {
    await api.must(201, `POST ${group}/mutatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
    });
    await api.must(201, `POST ${group}/mutatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: { policyName: 'p', ...binding },
    });
  }

  it('change by JSON patches, each seeing what the last one did', async () => {
    const first = `[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a.b/c"), value: "1"}]`;
    const second = `[JSONPatch{op: "add", path: "/metadata/labels/many", value: string(size(object.metadata.labels))}]`;
    await bound({ mutations: [patch(first), patch(second)] });
    const { metadata } = await api.must(201, `POST ${pods}`, pod());
    assert.deepEqual(metadata.labels, { app: 'web', 'a.b/c': '1', many: '2' });
  });

  it('apply configurations, in which lists are merged by their keys', async () => {
    const expression = `Object{
      metadata: Object.metadata{labels: {"team": variables.team}},
      spec: Object.spec{
        terminationGracePeriodSeconds: 5,
        containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, tty: true})
      }
    }`;
    const variables = [{ name: 'team', expression: `"of-" + object.metadata.labels.app` }];
    await bound({ variables, mutations: [apply(expression)] });
    const { metadata, spec } = await api.must(201, `POST ${pods}`, pod());
    assert.deepEqual(metadata.labels, { app: 'web', team: 'of-web' });
    assert.equal(spec.terminationGracePeriodSeconds, 5);
    assert.deepEqual([spec.containers[0].image, spec.containers[0].tty], ['i', true]);
  });

  it('leave alone what their conditions do not want', async () => {
    const matchConditions = [{ name: 'x', expression: `!has(object.metadata.labels.app)` }];
    await bound({ matchConditions, mutations: [patch('[JSONPatch{op: "remove", path: "/metadata/labels"}]')] });
    assert.deepEqual((await api.must(201, `POST ${pods}`, pod())).metadata.labels, { app: 'web' });
  });

  const failing = `[JSONPatch{op: "remove", path: "/metadata/annotations/none"}]`;
  it('refuse the request when they cannot be carried out', async () => {
    await bound({ mutations: [patch(failing)] });
    const { message } = await api.must(422, `POST ${pods}`, pod());
    assert.match(message, /^pods "web" is invalid: policy 'p' with binding 'b' denied request: /);
  });
  it('or are left out, as they say', async () => {
    await bound({ failurePolicy: 'Ignore', mutations: [patch(failing)] });
    await api.must(201, `POST ${pods}`, pod());
  });

  it('compile when they are written', async () => {
    const answer = await api.must(422, `POST ${group}/mutatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [rule] }, mutations: [patch('[JSONPatch{op: }]')] },
    });
    assert.match(answer.message, /spec\.mutations\[0\]\.jsonPatch\.expression: Invalid value: .*compilation failed: /);
  });
});
