import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { WebhookClient } from '../../services/webhook-client.js';
import { openTestApi, type TestApi } from '../../testing/harness.js';
import { Hooks, mutatingWebhooks, validatingWebhooks, WebhookCaller } from './index.js';
import { webhookMetrics } from './metrics.js';
import { patching, WebhookServer } from './testing/server.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, fields: object = {}) => ({ metadata: { name }, data: { a: '1' }, ...fields });
const rule = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

describe('webhooks', function () {
  this.timeout(20_000);
  let server: WebhookServer;
  let client: WebhookClient;
  let api: TestApi;
  let failures: string[];
  let registry: Registry;
  before(async () => {
    server = await WebhookServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    server.asked.length = 0;
    server.paths.length = 0;
    failures = [];
    api = await openTestApi();
    const { lookup, kinds } = api.env;
    const rows = () => kinds.rows;
    client = new WebhookClient(lookup);
    let ids = 0;
    const authorizer = { authorize: () => ({ allowed: false as const, reason: '' }) };
    const failedOpen = (_hook: unknown, error: Error) => failures.push(error.message);
    let now = 0;
    registry = new Registry();
    const caller = new WebhookCaller({
      ...{ lookup, rows, authorizer, client, uid: () => `review-${++ids}`, failedOpen },
      ...{ observer: webhookMetrics(registry), now: () => ++now },
    });
    api.env.admission = [
      mutatingWebhooks(new Hooks(lookup, 'mutatingwebhookconfigurations'), caller, rows),
      validatingWebhooks(new Hooks(lookup, 'validatingwebhookconfigurations'), caller),
    ];
    await api.must(201, 'POST /api/v1/namespaces', { metadata: { name: 'default', labels: { checked: 'yes' } } });
  });
  afterEach(async () => {
    await client.close();
    await api.close();
  });

  const configure = (type: 'Validating' | 'Mutating', name: string, ...webhooks: object[]) =>
    api.must(201, `POST ${group}/${type.toLowerCase()}webhookconfigurations`, {
      metadata: { name },
      webhooks: webhooks.map((each, i) => ({
        name: `w${i}.example.com`,
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...each,
      })),
    });

  it('are counted, with what they said and how long they took', async () => {
    const allows = server.at('/allows', () => ({ allowed: true }));
    const refuses = server.at('/refuses', () => ({ allowed: false, status: { code: 418, message: 'tea' } }));
    await configure('Mutating', 'some', { clientConfig: allows });
    await configure('Validating', 'some', { clientConfig: refuses });
    await api.ask(`POST ${configMaps}`, configMap('a'));
    const nowhere = { url: 'https://127.0.0.1:1/nowhere' };
    await api.must(200, `DELETE ${group}/validatingwebhookconfigurations/some`);
    await configure('Validating', 'open', { clientConfig: nowhere, failurePolicy: 'Ignore' });
    await api.must(201, `POST ${configMaps}`, configMap('a'));
    await configure('Validating', 'shut', { name: 'shut.example.com', clientConfig: nowhere });
    await api.must(500, `POST ${configMaps}`, configMap('b'));
    const text = (await registry.metrics()).replaceAll('apiserver_admission_webhook_', '');
    const said = (line: string): void => assert.ok(text.includes(`\n${line}\n`), `${line}\n${text}`);
    said('request_total{name="w0.example.com",type="admit",operation="CREATE",code="200",rejected="false"} 3');
    said('request_total{name="w0.example.com",type="validating",operation="CREATE",code="418",rejected="true"} 1');
    said(
      'rejection_count{name="w0.example.com",type="validating",operation="CREATE",error_type="no_error",rejection_code="418"} 1',
    );
    said(
      'rejection_count{name="shut.example.com",type="validating",operation="CREATE",error_type="calling_webhook_error",rejection_code="0"} 1',
    );
    said('fail_open_count{name="w0.example.com",type="validating"} 2');
    said('admission_duration_seconds_count{name="w0.example.com",type="admit",operation="CREATE",rejected="false"} 3');
  });

  it('are told all about a write', async () => {
    const clientConfig = server.at('/all', () => ({ allowed: true }));
    await configure('Validating', 'all', { clientConfig, timeoutSeconds: 5 });
    const made = await api.must(201, `POST ${configMaps}?fieldManager=me`, configMap('a'));
    await api.must(200, `PUT ${configMaps}/a`, configMap('a', { data: { a: '2' } }));
    await api.must(200, `DELETE ${configMaps}/a?dryRun=All`);
    const [created, updated, deleted] = server.asked.map(({ request }) => request);
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
    const resource = { group: '', version: 'v1', resource: 'configmaps' };
    assert.equal(server.paths[0], '/all?timeout=5s');
    const { object, ...rest } = created;
    assert.equal(object.metadata.uid, made.metadata.uid);
    assert.deepEqual(rest, {
      uid: 'review-1',
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'a',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'tester', groups: ['testers'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    assert.deepEqual(
      [updated.operation, updated.object.data, updated.oldObject.data],
      ['UPDATE', { a: '2' }, { a: '1' }],
    );
    assert.deepEqual([deleted.operation, deleted.object, deleted.dryRun], ['DELETE', null, true]);
    assert.equal(deleted.options.kind, 'DeleteOptions');
  });

  it('refuse, in their own words and with their own code', async () => {
    const answers = [
      { allowed: false, status: { message: 'not today', code: 418, reason: 'Teapot' } },
      { allowed: false },
    ];
    const clientConfig = server.at('/no', () => answers.shift() ?? { allowed: true });
    await configure('Validating', 'no', { clientConfig });
    const refused = await api.must(418, `POST ${configMaps}`, configMap('a'));
    assert.equal(refused.message, 'admission webhook "w0.example.com" denied the request: not today');
    assert.equal(refused.reason, 'Teapot');
    const silent = await api.must(400, `POST ${configMaps}`, configMap('a'));
    assert.equal(silent.message, 'admission webhook "w0.example.com" denied the request without explanation');
    await api.must(201, `POST ${configMaps}`, configMap('a'));
  });

  it('warn, and tell the audit log', async () => {
    const clientConfig = server.at('/warn', () => ({
      allowed: true,
      warnings: ['old'],
      auditAnnotations: { why: 'x' },
    }));
    await configure('Validating', 'warn', { clientConfig });
    const { headers } = await api.ask(`POST ${configMaps}`, configMap('a'));
    assert.match(headers.warning ?? '', /"old"/);
    assert.deepEqual(api.audit.at(-1)?.annotations, { 'w0.example.com/why': 'x' });
  });

  it('change what is written, one after the other, and only with fields that there are', async () => {
    const first = server.at('/first', () =>
      patching({ op: 'add', path: '/data/b', value: '2' }, { op: 'add', path: '/nonsense', value: 1 }),
    );
    const second = server.at('/second', ({ object }) =>
      patching({ op: 'add', path: '/metadata/labels', value: { saw: Object.keys(object.data).join('') } }),
    );
    await configure('Mutating', 'both', { clientConfig: first }, { clientConfig: second });
    const { data, metadata, nonsense } = await api.must(201, `POST ${configMaps}`, configMap('a'));
    assert.deepEqual([data, metadata.labels, nonsense], [{ a: '1', b: '2' }, { saw: 'ab' }, undefined]);
  });

  it('are asked again when others changed the object, if they wish', async () => {
    const eager = server.at('/eager', ({ object }) =>
      patching({ op: 'add', path: '/data/seen', value: Object.keys(object.data).join('') }),
    );
    const late = server.at('/late', () => patching({ op: 'add', path: '/data/z', value: '1' }));
    const webhooks = [{ clientConfig: eager, reinvocationPolicy: 'IfNeeded' }, { clientConfig: late }];
    await configure('Mutating', 'again', ...webhooks);
    const { data } = await api.must(201, `POST ${configMaps}`, configMap('a'));
    assert.equal(data.seen, 'aseenz');
    assert.deepEqual(
      server.paths.map(path => path.split('?')[0]),
      ['/eager', '/late', '/eager'],
    );
  });

  it('that make nonsense of an object are an error', async () => {
    const clientConfig = server.at('/nonsense', () => patching({ op: 'replace', path: '/data', value: 7 }));
    await configure('Mutating', 'nonsense', { clientConfig });
    const { message } = await api.must(500, `POST ${configMaps}`, configMap('a'));
    assert.match(message, /admission webhook "w0\.example\.com": .*cannot be handled as a ConfigMap/);
  });

  const outOfOrder: [string, () => object | number | undefined, RegExp][] = [
    ['answer with an error', () => 500, /unexpected response code: 500/],
    ['do not answer in time', () => undefined, /context deadline exceeded/],
    [
      'answer something else',
      () => ({ uid: 'other', allowed: true }),
      /expected response\.uid="review-\d+", got "other"/,
    ],
    ['send half a patch', () => ({ allowed: true, patch: 'W10=' }), /response\.patch but not response\.patchType/],
  ];
  for (const [what, behaviour, message] of outOfOrder) {
    it(`that ${what} hold things up, or not, as they are configured`, async () => {
      const clientConfig = server.at('/bad', behaviour);
      await configure('Validating', 'bad', { clientConfig, timeoutSeconds: 1 });
      const refused = await api.must(500, `POST ${configMaps}`, configMap('a'));
      assert.match(refused.message, /^Internal error occurred: failed calling webhook "w0\.example\.com": /);
      assert.match(refused.message, message);
      await api.must(200, `DELETE ${group}/validatingwebhookconfigurations/bad`);
      await configure('Validating', 'bad', { clientConfig, timeoutSeconds: 1, failurePolicy: 'Ignore' });
      await api.must(201, `POST ${configMaps}`, configMap('a'));
      assert.match(failures.join(), message);
    });
  }

  it('are trusted by the authority that their configuration names', async () => {
    const { url } = server.at('/trust', () => ({ allowed: true }));
    await configure('Validating', 'trust', { clientConfig: { url } });
    const { message } = await api.must(500, `POST ${configMaps}`, configMap('a'));
    assert.match(message, /Post "https:\/\/127\.0\.0\.1:\d+\/trust\?timeout=10s": .*certificate/);
  });

  const elsewhere: [string, object, boolean][] = [
    ['another resource', { rules: [{ ...rule, resources: ['secrets'] }] }, false],
    ['a subresource', { rules: [{ ...rule, resources: ['configmaps/status'] }] }, false],
    ['all resources', { rules: [{ ...rule, resources: ['*'] }] }, true],
    ['another operation', { rules: [{ ...rule, operations: ['UPDATE'] }] }, false],
    ['another group', { rules: [{ ...rule, apiGroups: ['apps'] }] }, false],
    ['another version', { rules: [{ ...rule, apiVersions: ['v2'] }] }, false],
    ['cluster-wide kinds', { rules: [{ ...rule, scope: 'Cluster' }] }, false],
    ['kinds of namespaces', { rules: [{ ...rule, scope: 'Namespaced' }] }, true],
    ['namespaces that are checked', { namespaceSelector: { matchLabels: { checked: 'yes' } } }, true],
    ['other namespaces', { namespaceSelector: { matchLabels: { checked: 'no' } } }, false],
    ['objects with a label', { objectSelector: { matchLabels: { app: 'web' } } }, true],
    ['objects with another', { objectSelector: { matchLabels: { app: 'db' } } }, false],
  ];
  for (const [what, fields, expected] of elsewhere) {
    it(`for ${what} are ${expected ? '' : 'not '}asked`, async () => {
      const clientConfig = server.at('/where', () => ({ allowed: true }));
      await configure('Validating', 'where', { clientConfig, ...fields });
      await api.must(201, `POST ${configMaps}`, configMap('a', { metadata: { name: 'a', labels: { app: 'web' } } }));
      assert.equal(server.asked.length, expected ? 1 : 0);
    });
  }

  it('are asked when their conditions say so', async () => {
    const clientConfig = server.at('/if', () => ({ allowed: true }));
    const matchConditions = [
      { name: 'big', expression: 'has(object.data.big) && request.operation == "CREATE"' },
      { name: 'weak', expression: '!authorizer.group("").resource("secrets").check("get").allowed()' },
    ];
    await configure('Validating', 'if', { clientConfig, matchConditions });
    await api.must(201, `POST ${configMaps}`, configMap('a'));
    assert.equal(server.asked.length, 0);
    await api.must(201, `POST ${configMaps}`, configMap('b', { data: { big: 'yes' } }));
    assert.equal(server.asked.length, 1);
    await api.must(200, `DELETE ${group}/validatingwebhookconfigurations/if`);
    const broken = [{ name: 'broken', expression: 'object.data.nothing == "x"' }];
    await configure('Validating', 'if', { clientConfig, matchConditions: broken });
    const { message } = await api.must(500, `POST ${configMaps}`, configMap('c'));
    assert.match(message, /failed calling webhook "w0\.example\.com": no such key: nothing$/);
  });

  it('see another version that they know, and change it', async () => {
    const slices = (version: string) => `/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices`;
    const patch = () => patching({ op: 'add', path: '/metadata/labels', value: { seen: 'yes' } });
    const clientConfig = server.at('/version', patch);
    const rules = [
      { operations: ['CREATE'], apiGroups: ['discovery.k8s.io'], apiVersions: ['v1'], resources: ['endpointslices'] },
    ];
    await configure('Mutating', 'version', { clientConfig, rules });
    const endpoints = [{ addresses: ['10.0.0.1'], topology: { 'topology.kubernetes.io/zone': 'a' } }];
    const slice = { metadata: { name: 'a' }, addressType: 'IPv4', endpoints, ports: [] };
    const made = await api.must(201, `POST ${slices('v1beta1')}`, slice);
    const [{ request }] = server.asked;
    assert.deepEqual([request.resource.version, request.requestResource.version], ['v1', 'v1beta1']);
    assert.equal(request.object.endpoints[0].zone, 'a');
    assert.deepEqual([made.metadata.labels, made.endpoints[0].topology], [{ seen: 'yes' }, endpoints[0]?.topology]);
    await api.must(200, `DELETE ${group}/mutatingwebhookconfigurations/version`);
    await configure('Mutating', 'version', { clientConfig, rules, matchPolicy: 'Exact' });
    await api.must(201, `POST ${slices('v1beta1')}`, { ...slice, metadata: { name: 'b' } });
    assert.equal(server.asked.length, 1);
  });

  it('cannot keep anybody from changing webhooks', async () => {
    const clientConfig = server.at('/never', () => ({ allowed: false }));
    const rules = [{ ...rule, apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
    await configure('Validating', 'never', { clientConfig, rules });
    await api.must(400, `POST ${configMaps}`, configMap('a'));
    await api.must(200, `DELETE ${group}/validatingwebhookconfigurations/never`);
    await api.must(201, `POST ${configMaps}`, configMap('a'));
  });

  it('are found behind a service of the cluster', async () => {
    const { caBundle } = server.at('/serve', () => ({ allowed: true }));
    await api.must(201, 'POST /api/v1/namespaces/default/services', {
      metadata: { name: 'hook' },
      spec: { clusterIP: 'None', ports: [{ port: 443 }] },
    });
    const service = { namespace: 'default', name: 'hook', path: '/serve' };
    await configure('Validating', 'serve', { clientConfig: { service, caBundle } });
    const { message } = await api.must(500, `POST ${configMaps}`, configMap('a'));
    assert.match(
      message,
      /Post "https:\/\/hook\.default\.svc\/serve\?timeout=10s": no endpoints available for service "hook"/,
    );
    // An address of this machine is none that an API would take.
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hook', namespace: 'default', uid: 'u', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'] }],
      ports: [{ name: '', port: server.port }],
    };
    await api.store.create('/registry/endpointslices/default/hook', Buffer.from(JSON.stringify(slice)));
    await api.env.cache.fresh();
    await api.must(201, `POST ${configMaps}`, configMap('a'));
  });
});
