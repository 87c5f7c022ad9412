import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { keyIdOf, legacyClaim, legacyIssuer } from '../api/service-account-tokens.js';
import { privateKeyOf } from './pki/keys.js';
import { type Answered, type Asked, asker } from './testing/asking.js';
import { startTestCluster, type TestCluster } from './testing/cluster.js';

describe('credentials over TLS', function () {
  this.timeout(20_000);
  let cluster: TestCluster;
  let ask: (path: string, asked?: Asked) => Promise<Answered>;
  before(async () => {
    cluster = await startTestCluster();
    ask = asker(cluster);
  });
  after(() => cluster.remove());

  const whoami = async (asked: Asked): Promise<Answered> =>
    ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      method: 'POST',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      ...asked,
    });
  const create = async (path: string, body: object): Promise<Answered> => {
    const answer = await ask(path, { as: 'admin', method: 'POST', body });
    assert.equal(answer.code, 201, answer.text);
    return answer;
  };

  it('of the front proxy make whom it names, with each group as it was said', async () => {
    const headers = {
      'X-Remote-User': 'jane',
      'X-Remote-Group': ['dev', 'a, system:masters'],
      'X-Remote-Extra-Scope': 's',
    };
    const { json } = await whoami({ as: cluster.pki.frontProxyClient, headers });
    assert.deepEqual(json.status.userInfo, {
      username: 'jane',
      groups: ['dev', 'a, system:masters', 'system:authenticated'],
      extra: { scope: ['s'] },
    });
  });

  it('of the front proxy are worth nothing without its headers, nor its headers without them', async () => {
    const headers = { 'X-Remote-User': 'system:admin', 'X-Remote-Group': 'system:masters' };
    assert.equal((await whoami({ as: cluster.pki.frontProxyClient })).code, 401);
    assert.equal((await whoami({ headers })).code, 403, 'nobody may not even ask who they are');
    const { username } = (await whoami({ as: 'admin', headers })).json.status.userInfo;
    assert.equal(username, 'kube-apiserver-kubelet-client');
  });

  it('name the certificate they are', async () => {
    const { extra } = (await whoami({ as: 'admin' })).json.status.userInfo;
    assert.match(extra['authentication.kubernetes.io/credential-id'][0], /^X509SHA256=[0-9a-f]{64}$/);
  });

  it('of a joining machine are a bootstrap token', async () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    await create('/api/v1/namespaces/kube-system/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bootstrap-token-abcdef' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'token-id': encode('abcdef'),
        'token-secret': encode('0123456789abcdef'),
        'usage-bootstrap-authentication': encode('true'),
        'auth-extra-groups': encode('system:bootstrappers:lab'),
      },
    });
    const { userInfo } = (await whoami({ token: 'abcdef.0123456789abcdef' })).json.status;
    assert.equal(userInfo.username, 'system:bootstrap:abcdef');
    assert.deepEqual(userInfo.groups, ['system:bootstrappers', 'system:bootstrappers:lab', 'system:authenticated']);
    assert.equal((await whoami({ token: 'abcdef.0123456789abcdee' })).code, 401);
  });

  it('may be a token in a Secret, which then says when it was last used', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const { uid } = (await create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }))
      .json.metadata;
    const key = privateKeyOf(readFileSync(cluster.pki.serviceAccount.privateKey, 'utf8'));
    assert.ok(key);
    const claims = { namespace: 'default', secret: 'robot-token', account: 'robot', uid };
    const named = Object.entries(claims).map(([name, value]) => [legacyClaim[name as keyof typeof claims], value]);
    const token = await new SignJWT({
      iss: legacyIssuer,
      sub: 'system:serviceaccount:default:robot',
      ...Object.fromEntries(named),
    })
      .setProtectedHeader({ alg: 'ES256', kid: keyIdOf(key) })
      .sign(key);
    assert.equal((await whoami({ token })).code, 401, 'the secret must exist');
    const secrets = '/api/v1/namespaces/default/secrets';
    await create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'robot-token', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
      type: 'kubernetes.io/service-account-token',
      stringData: { token },
    });
    const { userInfo } = (await whoami({ token })).json.status;
    assert.equal(userInfo.username, 'system:serviceaccount:default:robot');
    const lastUsed = async (): Promise<string | undefined> =>
      (await ask(`${secrets}/robot-token`, { as: 'admin' })).json.metadata.labels?.[
        'kubernetes.io/legacy-token-last-used'
      ];
    const deadline = Date.now() + 5000;
    while ((await lastUsed()) === undefined && Date.now() < deadline);
    assert.equal(await lastUsed(), new Date().toISOString().slice(0, 10));
  });

  it('are told to those who check tokens themselves, at the address of this server', async () => {
    const { jwks_uri: uri, issuer } = (await ask('/.well-known/openid-configuration', { as: 'admin' })).json;
    assert.equal(issuer, 'https://kubernetes.default.svc.cluster.local');
    assert.match(uri, /^https:\/\/127\.0\.0\.1:\d+\/openid\/v1\/jwks$/);
    assert.equal((await ask('/openid/v1/jwks', { as: 'admin' })).json.keys.length, 1);
  });
});

describe('flags of a server', function () {
  this.timeout(20_000);

  it('say what the audit log keeps, bodies too', async () => {
    const helper = await startTestCluster();
    const [file, path] = [join(helper.dataDir, 'policy.yaml'), join(helper.dataDir, 'own.log')];
    const rule = 'level: RequestResponse, verbs: [create], resources: [{group: "", resources: [configmaps]}]';
    await writeFile(
      file,
      `{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{${rule}}], omitStages: [RequestReceived]}`,
    );
    const cluster = await startTestCluster('memory', [`--audit-policy-file=${file}`, `--audit-log-path=${path}`]);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } };
    const ask = asker(cluster);
    const asked = { as: 'admin', method: 'POST', body } as const;
    assert.equal((await ask('/api/v1/namespaces/default/configmaps', asked)).code, 201);
    await ask('/api/v1/namespaces/default/configmaps/a', { as: 'admin', method: 'DELETE' });
    await cluster.remove();
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const [line = '', ...others] = lines;
    assert.deepEqual(others, []);
    const { level, requestObject, responseObject } = JSON.parse(line);
    assert.deepEqual([level, requestObject, responseObject.data], ['RequestResponse', body, { b: 'c' }]);
    await helper.remove();
  });

  it('shut anonymous users out, and let those of a token file in', async () => {
    const helper = await startTestCluster();
    const file = join(helper.dataDir, 'tokens.csv');
    await writeFile(file, 'a-token,jane,u1,"system:masters"\n');
    const cluster = await startTestCluster('memory', ['--anonymous-auth=false', `--token-auth-file=${file}`]);
    try {
      const ask = asker(cluster);
      assert.equal((await ask('/version')).code, 401);
      assert.equal((await ask('/api/v1/secrets', { token: 'a-token' })).code, 200);
      assert.equal((await ask('/api/v1/secrets', { token: 'b-token' })).code, 401);
    } finally {
      await cluster.remove();
      await helper.remove();
    }
  });
});
