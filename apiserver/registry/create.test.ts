import assert from 'node:assert/strict';
import { openTestApi, type TestApi } from '../testing/harness.js';

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('create', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openTestApi();
  });
  afterEach(() => api.close());

  it('gives an object its identity, and says so', async () => {
    const made = await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' }, data: { k: 'v' } });
    assert.deepEqual(made, {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: made.metadata.uid,
        resourceVersion: '2',
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [
          {
            manager: 'unknown',
            operation: 'Update',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } },
          },
        ],
      },
      data: { k: 'v' },
    });
    assert.deepEqual(await api.must(200, `GET ${configMaps}/a`), made);
  });

  it('stores Kubernetes’ key and JSON, without a version', async () => {
    await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' } });
    const entry = await api.store.get('/registry/configmaps/default/a');
    const stored = JSON.parse(Buffer.from(entry?.value ?? []).toString());
    assert.equal(stored.kind, 'ConfigMap');
    assert.equal('resourceVersion' in stored.metadata, false);
  });

  it('takes from nobody what is the server’s to say', async () => {
    const metadata = {
      name: 'a',
      uid: 'mine',
      generation: 7,
      creationTimestamp: '2020-01-01T00:00:00Z',
      managedFields: [{ manager: 'x' }],
    };
    const made = await api.must(201, `POST ${configMaps}`, { metadata });
    assert.deepEqual(Object.keys(made.metadata).sort(), [
      'creationTimestamp',
      'name',
      'namespace',
      'resourceVersion',
      'uid',
    ]);
    assert.notEqual(made.metadata.uid, 'mine');
  });

  it('counts generations of what has a spec, and none of what has not', async () => {
    const rc = {
      metadata: { name: 'web' },
      spec: {
        selector: { app: 'web' },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    const made = await api.must(201, 'POST /api/v1/namespaces/default/replicationcontrollers', rc);
    assert.equal(made.metadata.generation, 1);
  });

  it('draws a name again while it is taken, and gives up in the end', async () => {
    const suffixes = ['aaaaa', 'aaaaa', 'bbbbb'];
    api.env.randomSuffix = () => suffixes.shift() ?? 'ccccc';
    const named = async (): Promise<string> =>
      (await api.must(201, `POST ${configMaps}`, { metadata: { generateName: 'web-' } })).metadata.name;
    assert.deepEqual([await named(), await named(), await named()], ['web-aaaaa', 'web-bbbbb', 'web-ccccc']);
    const refused = await api.must(409, `POST ${configMaps}`, { metadata: { generateName: 'web-' } });
    assert.equal(refused.reason, 'AlreadyExists');
    assert.match(refused.message, /already exists, the server was not able to generate a unique name for the object$/);
    assert.equal(refused.details.retryAfterSeconds, 1);
  });

  it('takes an owner that is named twice for one, and says so', async () => {
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u1' };
    const metadata = { name: 'a', ownerReferences: [owner, { ...owner }, { ...owner, uid: 'u2' }] };
    const { body, headers } = await api.ask(`POST ${configMaps}`, { metadata });
    assert.deepEqual(
      body.metadata.ownerReferences.map(({ uid }: typeof owner) => uid),
      ['u1', 'u2'],
    );
    assert.match(headers.warning ?? '', /duplicate UID\(s\) observed: u1"$/);
  });

  it('answers in YAML, where that is wanted', async () => {
    await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' }, data: { k: 'v' } });
    const accept = { accept: 'application/yaml' };
    const { body, headers } = await api.text(`GET ${configMaps}/a`, accept);
    assert.equal(headers['content-type'], 'application/yaml');
    assert.match(body, /^apiVersion: v1\ndata:\n {2}k: v\nkind: ConfigMap\n/);
    assert.match((await api.text(`GET ${configMaps}`, accept)).body, /^kind: ConfigMapList$/m);
    assert.equal((await api.ask(`GET ${configMaps}?watch=1`, undefined, accept)).code, 406);
  });

  it('writes nothing on a dry run, and says what it would have written', async () => {
    const made = await api.must(201, `POST ${configMaps}?dryRun=All`, { metadata: { name: 'a' } });
    assert.equal(made.metadata.name, 'a');
    assert.equal(made.metadata.resourceVersion, undefined);
    await api.must(404, `GET ${configMaps}/a`);
    await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' } });
    await api.must(409, `POST ${configMaps}?dryRun=All`, { metadata: { name: 'a' } });
  });

  it('makes one of many that want the same name', async () => {
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => (await api.ask(`POST ${configMaps}`, { metadata: { name: 'a' } })).code),
    );
    assert.deepEqual(codes.filter(code => code === 201).length, 1);
    assert.deepEqual(codes.filter(code => code === 409).length, 19);
  });

  it('stores events only for an hour, and other things for good', async () => {
    const lives: (number | undefined)[] = [];
    const store = api.env.store.create.bind(api.env.store);
    api.env.store.create = (key, value, options) => {
      lives.push(options?.ttlSeconds);
      return store(key, value, options);
    };
    const involvedObject = { namespace: 'default', name: 'web' };
    await api.must(201, 'POST /api/v1/namespaces/default/events', { metadata: { name: 'e' }, involvedObject });
    await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' } });
    assert.deepEqual(lives, [3600, undefined]);
  });

  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const refusals: [what: string, line: string, body: unknown, code: number, message: RegExp][] = [
    ['no body', configMaps, undefined, 400, /has no body/],
    ['a body that is no object', configMaps, [], 400, /cannot unmarshal array/],
    ['damaged JSON', configMaps, '{"a":', 400, /couldn't get version\/kind; json parse error/],
    ['deep nesting', configMaps, '['.repeat(100_000), 400, /json/],
    ['deep nesting that closes', configMaps, `{"data":${'['.repeat(9000)}${']'.repeat(9000)}}`, 400, /max depth/],
    ['another kind', configMaps, { kind: 'Pod', metadata: { name: 'a' } }, 400, /must be of type ConfigMap/],
    ['another version', configMaps, { apiVersion: 'v2' }, 400, /API version in the data \(v2\) does not match/],
    [
      'a wrong type',
      configMaps,
      { metadata: { name: 'a' }, data: 3 },
      400,
      /cannot be handled as a ConfigMap: json: cannot unmarshal number/,
    ],
    ['__proto__', configMaps, '{"metadata":{"name":"a"},"data":{"__proto__":"x"}}', 400, /__proto__/],
    ['another namespace', configMaps, { metadata: { name: 'a', namespace: 'x' } }, 400, /does not match the namespace/],
    [
      'a version',
      configMaps,
      { metadata: { name: 'a', resourceVersion: '1' } },
      400,
      /resourceVersion should not be set/,
    ],
    ['no name', configMaps, { metadata: {} }, 422, /metadata.name: Required value: name or generateName is required/],
    [
      'a bad name',
      configMaps,
      { metadata: { name: 'A_b' } },
      422,
      /ConfigMap "A_b" is invalid: metadata.name: Invalid value/,
    ],
    [
      'an unknown field, when strict',
      `${configMaps}?fieldValidation=Strict`,
      { metadata: { name: 'a' }, x: 1 },
      400,
      /strict decoding error: unknown field "x"/,
    ],
    [
      'an unknown fieldValidation',
      `${configMaps}?fieldValidation=Maybe`,
      { metadata: { name: 'a' }, x: 1 },
      422,
      /fieldValidation: Unsupported value: "Maybe"/,
    ],
    [
      'an unknown dryRun',
      `${configMaps}?dryRun=Some`,
      { metadata: { name: 'a' } },
      422,
      /dryRun: Unsupported value: "Some"/,
    ],
    ['no namespace', '/api/v1/configmaps', { metadata: { name: 'a' } }, 405, /does not allow this method/],
    ['a name in the path', `${configMaps}/a`, { metadata: { name: 'a' } }, 405, /does not allow this method/],
    ['an unknown resource', '/api/v1/namespaces/default/things', {}, 404, /could not find the requested resource/],
    ['an unknown subresource', `${configMaps}/a/status`, {}, 404, /could not find the requested resource/],
    [
      'a namespace for what has none',
      '/api/v1/namespaces/default/nodes',
      {},
      404,
      /could not find the requested resource/,
    ],
    [
      'what validation says',
      '/api/v1/namespaces/default/pods',
      { ...pod, spec: { containers: [] } },
      422,
      /spec.containers: Required value/,
    ],
  ];
  for (const [what, path, body, code, message] of refusals) {
    it(`refuses ${what} with ${code}`, async () => {
      const before = await api.store.revision();
      const answer = await api.ask(`POST ${path}`, body);
      assert.equal(answer.code, code, JSON.stringify(answer.body));
      assert.match(answer.body.message, message);
      assert.deepEqual([answer.body.kind, answer.body.status, answer.body.code], ['Status', 'Failure', code]);
      assert.equal(await api.store.revision(), before);
    });
  }

  it('warns of unknown fields, unless it is told not to', async () => {
    const body = { metadata: { name: 'a' }, x: 1 };
    assert.equal((await api.ask(`POST ${configMaps}`, body)).headers.warning, '299 - "unknown field \\"x\\""');
    const ignored = await api.ask(`POST ${configMaps}?fieldValidation=Ignore`, { ...body, metadata: { name: 'b' } });
    assert.deepEqual([ignored.headers.warning, ignored.body.x], [undefined, undefined]);
  });

  it('reads YAML', async () => {
    const yaml = 'metadata: {name: a}\ndata:\n  k: "v"\n';
    const made = await api.must(201, `POST ${configMaps}`, yaml, { 'content-type': 'application/yaml' });
    assert.deepEqual(made.data, { k: 'v' });
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`).join('\n')}`;
    await api.must(400, `POST ${configMaps}`, bomb, { 'content-type': 'application/yaml' });
  });

  it('refuses bodies in formats it cannot read, and answers it cannot make', async () => {
    const refused = await api.must(415, `POST ${configMaps}`, '<a/>', { 'content-type': 'text/xml' });
    assert.match(refused.message, /accepted media types include: application\/json, application\/yaml/);
    const unmade = await api.must(406, `GET ${configMaps}`, undefined, { accept: 'text/html' });
    assert.equal(unmade.reason, 'NotAcceptable');
    const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const body = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    await api.must(406, `POST ${review}`, body, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  });
});

describe('admission', () => {
  it('sees what is created before it is checked, may change it, and may refuse it', async () => {
    const seen: string[] = [];
    const api = await openTestApi({
      admission: [
        {
          name: 'labels',
          handles: ({ row }) => row.plural === 'configmaps',
          mutate: ({ operation, object, oldObject, dryRun }) => {
            seen.push(`${operation} ${object?.metadata.name} ${oldObject?.metadata.name} ${dryRun}`);
            if (object) object.metadata.labels = { ...object.metadata.labels, seen: 'yes' };
          },
          validate: ({ object }) => {
            if (object?.metadata.labels?.bad) throw new Error('a bug in a plug-in');
          },
        },
      ],
    });
    const made = await api.must(201, `POST ${configMaps}`, { metadata: { name: 'a' } });
    assert.deepEqual(made.metadata.labels, { seen: 'yes' });
    await api.must(200, `PUT ${configMaps}/a?dryRun=All`, { metadata: { name: 'a' } });
    await api.must(200, `DELETE ${configMaps}/a`);
    assert.deepEqual(seen, ['CREATE a undefined false', 'UPDATE a a true', 'DELETE undefined a false']);
    const broken = await api.must(500, `POST ${configMaps}`, { metadata: { name: 'b', labels: { bad: 'x' } } });
    assert.equal(broken.reason, 'InternalError');
    assert.equal(api.errors.splice(0).length, 1);
    await api.close();
  });
});
