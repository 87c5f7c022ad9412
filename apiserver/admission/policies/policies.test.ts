import assert from 'node:assert/strict';
import type { Authorizer } from '../../contracts.js';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { expressionsCompile } from './check.js';
import { validatingPolicies } from './validating.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: object = {}) => ({ metadata: { name }, data });
const resourceRules = [
  { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
];

describe('validating admission policies', () => {
  let api: TestApi;
  const authorizer: Authorizer = {
    authorize: ({ name }, { verb, resource }) =>
      name === 'tester' && verb === 'break' && resource === 'configmaps'
        ? { allowed: true, reason: '' }
        : { allowed: false, reason: '' },
  };
  beforeEach(async () => {
    api = await openTestApi();
    const { lookup, kinds } = api.env;
    api.env.admission = [expressionsCompile, validatingPolicies({ lookup, authorizer, rows: () => kinds.rows })];
    await api.must(201, 'POST /api/v1/namespaces', { metadata: { name: 'default', labels: { tier: 'gold' } } });
  });
  afterEach(() => api.close());

  const policy = (spec: object, code = 201) =>
    api.must(code, `POST ${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules }, ...spec },
    });
  const bind = (fields: object = {}, name = 'b') =>
    api.must(201, `POST ${group}/validatingadmissionpolicybindings`, {
      metadata: { name },
      spec: { policyName: 'p', validationActions: ['Deny'], ...fields },
    });
  const create = (data: object, name = 'a') => api.ask(`POST ${configMaps}?dryRun=All`, configMap(name, data));
  const message = async (data: object = {}) => (await create(data)).body.message;
  const refused = (why: string) =>
    `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`;

  it('do nothing without a binding', async () => {
    await policy({ validations: [{ expression: 'false' }] });
    assert.equal((await create({})).code, 201);
  });

  const table: [string, object, object, number, string?][] = [
    ['what is allowed', { expression: 'object.data.size == "small"' }, { size: 'small' }, 201],
    [
      'what is not',
      { expression: 'has(object.data.size)' },
      { x: '1' },
      422,
      'failed expression: has(object.data.size)',
    ],
    ['a message of its own', { expression: 'false', message: ' no ' }, {}, 422, 'no'],
    [
      'a message that is worked out',
      { expression: 'false', messageExpression: '"no " + object.metadata.name', message: 'x' },
      {},
      422,
      'no a',
    ],
    ['a reason', { expression: 'false', message: 'no', reason: 'Forbidden' }, {}, 403, 'no'],
    [
      'an expression without an answer',
      { expression: 'object.data.nothing == "x"' },
      { x: '1' },
      422,
      `expression 'object.data.nothing == "x"' resulted in error: no such key: nothing`,
    ],
    ['who asks', { expression: 'request.userInfo.username == "tester"' }, {}, 201],
    ['the namespace', { expression: 'namespaceObject.metadata.labels["tier"] == "gold"' }, {}, 201],
    ['a right', { expression: 'authorizer.requestResource.check("break").allowed()' }, {}, 201],
    ['another right', { expression: 'authorizer.group("").resource("pods").check("break").allowed()' }, {}, 422],
    ['that it is new', { expression: 'oldObject == null && request.operation == "CREATE"' }, {}, 201],
  ];
  for (const [what, validation, data, code, why] of table) {
    it(`judge by ${what}`, async () => {
      await policy({ validations: [validation] });
      await bind();
      const answer = await create(data);
      assert.equal(answer.code, code, answer.body.message);
      if (why !== undefined) assert.equal(answer.body.message, refused(why));
    });
  }

  it('work variables out once, one from the other, and only when they are read', async () => {
    const variables = [
      { name: 'names', expression: 'object.data.map(k, k)' },
      { name: 'many', expression: 'size(variables.names) > 1' },
      { name: 'broken', expression: 'object.data.nothing' },
    ];
    await policy({ variables, validations: [{ expression: '!variables.many', message: 'too many' }] });
    await bind();
    assert.equal((await create({ a: '1' })).code, 201);
    assert.equal(await message({ a: '1', b: '2' }), refused('too many'));
  });

  it('fail, or not, as they say, when they cannot be asked', async () => {
    await policy({ failurePolicy: 'Ignore', validations: [{ expression: 'object.data.nothing == "x"' }] });
    await bind();
    assert.equal((await create({})).code, 201);
  });

  it('warn and tell the audit log', async () => {
    await policy({
      validations: [{ expression: 'false', message: 'old' }],
      auditAnnotations: [{ key: 'who', valueExpression: '"it was " + request.userInfo.username' }],
    });
    await bind({ validationActions: ['Warn', 'Audit'] });
    const { code, headers } = await create({});
    assert.equal(code, 201);
    assert.match(headers.warning ?? '', /Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': old/);
    const { annotations = {} } = api.audit.at(-1) ?? {};
    assert.equal(annotations['p/who'], 'it was tester');
    assert.deepEqual(JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure'] ?? ''), [
      { message: 'old', policy: 'p', binding: 'b', expressionIndex: 0, validationActions: ['Warn', 'Audit'] },
    ]);
  });

  it('take parameters, each in its turn', async () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const validations = [{ expression: 'size(object.data) <= int(params.data.most)', message: 'too many' }];
    for (const [name, most] of [
      ['wide', '2'],
      ['narrow', '1'],
    ] as const) {
      await api.must(201, `POST ${configMaps}`, { metadata: { name, labels: { limits: 'yes' } }, data: { most } });
    }
    await policy({ paramKind, validations });
    await bind({ paramRef: { name: 'wide', parameterNotFoundAction: 'Deny' } });
    assert.equal((await create({ a: '1', b: '2' })).code, 201);
    await bind({ paramRef: { selector: { matchLabels: { limits: 'yes' } }, parameterNotFoundAction: 'Deny' } }, 'c');
    assert.match(await message({ a: '1', b: '2' }), /with binding 'c' denied request: too many$/);
  });

  it('without the parameters that they need fail, unless their binding allows it', async () => {
    await policy({ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'false' }] });
    await bind({ paramRef: { name: 'gone', parameterNotFoundAction: 'Allow' } });
    assert.equal((await create({})).code, 201);
    await bind({ paramRef: { name: 'gone', parameterNotFoundAction: 'Deny' } }, 'c');
    assert.match(await message(), /failed to configure binding: no params found for policy binding with `Deny`/);
  });

  const scopes: [string, object, object, boolean][] = [
    [
      'a condition that holds',
      { matchConditions: [{ name: 'x', expression: 'object.metadata.name == "a"' }] },
      {},
      true,
    ],
    [
      'a condition that does not',
      { matchConditions: [{ name: 'x', expression: 'object.metadata.name == "b"' }] },
      {},
      false,
    ],
    [
      'names that are left out',
      { matchConstraints: { resourceRules, excludeResourceRules: [{ ...resourceRules[0], resourceNames: ['a'] }] } },
      {},
      false,
    ],
    [
      'other names',
      { matchConstraints: { resourceRules: [{ ...resourceRules[0], resourceNames: ['b'] }] } },
      {},
      false,
    ],
    [
      'namespaces of the binding',
      {},
      { matchResources: { namespaceSelector: { matchLabels: { tier: 'gold' } } } },
      true,
    ],
    [
      'other namespaces of the binding',
      {},
      { matchResources: { namespaceSelector: { matchLabels: { tier: 'tin' } } } },
      false,
    ],
    [
      'other resources of the binding',
      {},
      { matchResources: { resourceRules: [{ ...resourceRules[0], resources: ['secrets'] }] } },
      false,
    ],
  ];
  for (const [what, spec, binding, judged] of scopes) {
    it(`with ${what} ${judged ? 'judge' : 'do not judge'}`, async () => {
      await policy({ validations: [{ expression: 'false' }], ...spec });
      await bind(binding);
      assert.equal((await create({})).code, judged ? 422 : 201);
    });
  }

  it('compile when they are written', async () => {
    const { message: said } = await policy({ validations: [{ expression: 'object.' }, { expression: '1 + 1' }] }, 422);
    assert.match(
      said,
      /spec\.validations\[0\]\.expression: Invalid value: "object\.": compilation failed: ERROR: <input>/,
    );
    assert.match(
      said,
      /spec\.validations\[1\]\.expression: Invalid value: "1 \+ 1": compilation failed: must evaluate to bool/,
    );
  });
});
