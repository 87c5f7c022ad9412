import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { pino } from 'pino';
import type { AnyObject } from '../../../api/types.js';
import type { CreateHandler, User } from '../../contracts.js';
import { ensurePki } from '../../pki/index.js';
import { createSecurity, type Security } from '../index.js';
import { StillClock } from '../testing/clock.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { ask, kubelet, someone } from '../testing/requests.js';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const start = Date.parse('2026-03-01T12:00:00Z');
const made = (kind: string, name: string, fields: object = {}, uid = `${name}-uid`): AnyObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(kind === 'Node' ? {} : { namespace: 'shop' }), uid },
  ...fields,
});
const account = made('ServiceAccount', 'robot');
const projected = (name: string, serviceAccountToken: object) => ({
  name,
  projected: { sources: [{ serviceAccountToken }] },
});
const pod = made('Pod', 'web', {
  spec: {
    serviceAccountName: 'robot',
    nodeName: 'n1',
    containers: [],
    volumes: [
      projected('api', { path: 'token' }),
      projected('vault', { path: 'token', audience: 'vault' }),
      { name: 'inline', csi: { driver: 'inline.example' } },
      { name: 'claimed', persistentVolumeClaim: { claimName: 'data' } },
    ],
  },
});
/** What the pod's volumes are made of: their drivers ask for tokens of their own. */
const storage: AnyObject[] = [
  made('PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } }),
  { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: { csi: { driver: 'disk.example' } } },
  ...['inline', 'disk'].map(name => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: `${name}.example` },
    spec: { tokenRequests: [{ audience: name }] },
  })),
];
const strangers = made('Pod', 'other', { spec: { serviceAccountName: 'default', nodeName: 'n1', containers: [] } });
const secret = made('Secret', 'legacy');
const node = made('Node', 'n1');

describe('service account tokens', () => {
  let dataDir: string;
  let pkiDir: string;
  let lookup: FakeLookup;
  let clock: StillClock;
  let security: Security;
  const admin = someone('admin', 'system:masters');

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-tokens-'));
    const paths = await ensurePki({ dataDir, nodeName: 'n1', addresses: [], server: 'https://localhost', now: start });
    pkiDir = paths.dir;
  });
  after(() => rm(dataDir, { recursive: true }));

  beforeEach(async () => {
    lookup = new FakeLookup([account, pod, strangers, secret, node]);
    clock = new StillClock(start);
    let count = 0;
    const uid = (): string => `token-${++count}`;
    security = await createSecurity({ lookup, pkiDir, log: pino({ enabled: false }), clock, uid });
  });

  const request = async (spec: object, user: User = admin, name = 'robot'): Promise<AnyObject> => {
    const handler = security.createHandlers.get('serviceaccounts/token') as CreateHandler;
    const info = ask('create serviceaccounts/token', 'shop', name);
    const object = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec };
    return handler({ row: {} as never, info, user, object, dryRun: false });
  };
  const tokenFor = async (spec: object = {}): Promise<string> =>
    ((await request(spec)).status as { token: string }).token;
  const authenticate = (token: string): User | undefined | Promise<User | undefined> =>
    security.authenticator.authenticate({ authorization: `Bearer ${token}` });
  const refused = (token: string): Promise<void> =>
    assert.rejects(async () => authenticate(token), { reason: 'Unauthorized', code: 401, message: 'Unauthorized' });

  it('makes the service account, and says which pod and node it comes from', async () => {
    const token = await tokenFor({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'web-uid' } });
    const user: User = {
      name: 'system:serviceaccount:shop:robot',
      uid: 'robot-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': ['JTI=token-1'],
        'authentication.kubernetes.io/pod-name': ['web'],
        'authentication.kubernetes.io/pod-uid': ['web-uid'],
        'authentication.kubernetes.io/node-name': ['n1'],
        'authentication.kubernetes.io/node-uid': ['n1-uid'],
      },
    };
    assert.deepEqual(await authenticate(token), user);
    assert.deepEqual(await authenticate(token), user, 'the second time, from memory');
  });

  it('answers what was asked, with what was left out', async () => {
    const answer = await request({});
    assert.deepEqual(answer.metadata, { name: 'robot', namespace: 'shop' });
    assert.deepEqual(answer.spec, { audiences: [issuer], expirationSeconds: 3600 });
    assert.equal((answer.status as { expirationTimestamp: string }).expirationTimestamp, '2026-03-01T13:00:00Z');
  });

  it('is verified by others with the published keys', async () => {
    const token = await tokenFor({ audiences: ['vault'] });
    const keys = createLocalJWKSet(security.tokens.jwks() as JSONWebKeySet);
    const { payload } = await jwtVerify(token, keys, { issuer, audience: 'vault', currentDate: new Date(start) });
    assert.equal(payload.sub, 'system:serviceaccount:shop:robot');
    assert.equal(decodeProtectedHeader(token).alg, 'ES256');
  });

  describe('ends', () => {
    const table: { when: string; spec?: object; change: (lookup: FakeLookup, clock: StillClock) => void }[] = [
      { when: 'its time is over', spec: { expirationSeconds: 600 }, change: (_, c) => c.advance(600_000) },
      { when: 'the account is gone', change: l => l.remove(account) },
      {
        when: 'the account is another of the same name',
        change: l => l.put(made('ServiceAccount', 'robot', {}, 'new')),
      },
      { when: 'its pod is gone', spec: { boundObjectRef: { kind: 'Pod', name: 'web' } }, change: l => l.remove(pod) },
      {
        when: 'its pod is another of the same name',
        spec: { boundObjectRef: { kind: 'Pod', name: 'web' } },
        change: l => l.put({ ...pod, metadata: { ...pod.metadata, uid: 'new' } }),
      },
      {
        when: 'its pod was to be gone a minute ago',
        spec: { boundObjectRef: { kind: 'Pod', name: 'web' } },
        change: (l, c) => {
          l.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-03-01T12:00:00Z' } });
          c.advance(60_001);
        },
      },
      {
        when: 'its secret is gone',
        spec: { boundObjectRef: { kind: 'Secret', name: 'legacy' } },
        change: l => l.remove(secret),
      },
      { when: 'its node is gone', spec: { boundObjectRef: { kind: 'Node', name: 'n1' } }, change: l => l.remove(node) },
    ];
    for (const { when, spec, change } of table) {
      it(`when ${when}`, async () => {
        const token = await tokenFor(spec);
        assert.ok(await authenticate(token), 'good before');
        change(lookup, clock);
        await refused(token);
      });
    }

    it('not while its pod is on its way out, nor with its pod’s node', async () => {
      const token = await tokenFor({ boundObjectRef: { kind: 'Pod', name: 'web' } });
      lookup.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-03-01T12:00:30Z' } });
      lookup.remove(node);
      clock.advance(60_000);
      assert.ok(await authenticate(token));
    });
  });

  describe('is refused', () => {
    const claims = {
      iss: issuer,
      aud: [issuer],
      sub: 'system:serviceaccount:shop:robot',
      iat: start / 1000,
      nbf: start / 1000,
      exp: start / 1000 + 3600,
      jti: 'j',
      'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'robot', uid: 'robot-uid' } },
    };
    const ownKey = async () => createPrivateKey(await readFile(join(pkiDir, 'sa.key')));
    const signed = async (changes: object): Promise<string> =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'ES256' }).sign(await ownKey());
    const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const unsigned = (header: object): string =>
      [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');

    it('(these claims, rightly signed, are good)', async () => assert.ok(await authenticate(await signed({}))));

    const table: [string, () => string | Promise<string>][] = [
      ['of another key', () => new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(otherKey)],
      ['without a signature', () => `${unsigned({ alg: 'none' })}.`],
      [
        'signed with the public key as a shared secret',
        async () => {
          const pem = createPublicKey(await ownKey()).export({ type: 'spki', format: 'pem' });
          return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(pem));
        },
      ],
      [
        'with a changed payload',
        async () => {
          const [header, , signature] = (await signed({})).split('.');
          const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'system:serviceaccount:kube-system:admin' }));
          return `${header}.${payload.toString('base64url')}.${signature}`;
        },
      ],
      ['of another issuer', () => signed({ iss: 'https://elsewhere' })],
      ['for another audience', () => signed({ aud: ['vault'] })],
      ['for no audience', () => signed({ aud: [] })],
      ['that is not valid yet', () => signed({ nbf: start / 1000 + 10 })],
      ['without an end', () => signed({ exp: undefined })],
      ['whose subject is not its account', () => signed({ sub: 'system:serviceaccount:shop:default' })],
      ['without a uid', () => signed({ 'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'robot' } } })],
      ['without an account', () => signed({ 'kubernetes.io': undefined })],
      ['that is no token', () => 'abc'],
      ['that only looks like one', () => 'a.b.c'],
    ];
    for (const [what, make] of table) it(what, async () => refused(await make()));
  });

  describe('requests', () => {
    const table: { what: string; spec: object; user?: User; name?: string; error: object }[] = [
      {
        what: 'too short',
        spec: { expirationSeconds: 599 },
        error: {
          reason: 'Invalid',
          message:
            'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
        },
      },
      { what: 'too long', spec: { expirationSeconds: 2 ** 32 + 1 }, error: { reason: 'Invalid' } },
      { what: 'not a number of seconds', spec: { expirationSeconds: 700.5 }, error: { reason: 'Invalid' } },
      {
        what: 'a missing account',
        spec: {},
        name: 'nobody',
        error: { reason: 'NotFound', message: 'serviceaccounts "nobody" not found' },
      },
      { what: 'a missing pod', spec: { boundObjectRef: { kind: 'Pod', name: 'gone' } }, error: { reason: 'NotFound' } },
      {
        what: 'another pod of that name',
        spec: { boundObjectRef: { kind: 'Pod', name: 'web', uid: 'old' } },
        error: { reason: 'Conflict' },
      },
      {
        what: 'a pod of another account',
        spec: { boundObjectRef: { kind: 'Pod', name: 'other' } },
        error: {
          reason: 'BadRequest',
          message: 'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
        },
      },
      {
        what: 'a kind that cannot be bound to',
        spec: { boundObjectRef: { kind: 'Service', name: 'x' } },
        error: { reason: 'BadRequest' },
      },
      {
        what: 'a kubelet without a pod',
        spec: {},
        user: kubelet('n1'),
        error: { reason: 'Forbidden', message: /not bound to a pod/ },
      },
      {
        what: 'a kubelet without the pod’s uid',
        spec: { boundObjectRef: { kind: 'Pod', name: 'web' } },
        user: kubelet('n1'),
        error: { reason: 'Forbidden', message: /without a uid/ },
      },
      {
        what: 'a kubelet for another node’s pod',
        spec: { boundObjectRef: { kind: 'Pod', name: 'web', uid: 'web-uid' } },
        user: kubelet('n2'),
        error: { reason: 'Forbidden', message: /scheduled on a different node/ },
      },
    ];
    for (const { what, spec, user, name, error } of table) {
      it(`are refused: ${what}`, () => assert.rejects(request(spec, user, name), error));
    }

    it('are granted to the kubelet of the pod’s node', async () => {
      const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'web-uid' };
      assert.ok((await request({ boundObjectRef }, kubelet('n1'))).status);
    });

    it('are granted to it for those whom the pod’s volumes mean them for, and for nobody else', async () => {
      for (const object of storage) lookup.put(object);
      const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'web-uid' };
      const ask = (...audiences: string[]) => request({ boundObjectRef, audiences }, kubelet('n1'));
      for (const audience of ['vault', 'inline', 'disk']) assert.ok((await ask(audience)).status, audience);
      await assert.rejects(
        ask('bank'),
        /audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience/,
      );
      await assert.rejects(ask('vault', 'disk'), /node may only request 0 or 1 audiences/);
      const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
      const rule = { verbs: ['request-serviceaccounts-token-audience'], apiGroups: [''], resources: ['bank'] };
      lookup.put({
        ...rbac,
        kind: 'ClusterRole',
        metadata: { name: 'bank' },
        rules: [{ ...rule, resourceNames: ['robot'] }],
      });
      lookup.put({
        ...{ ...rbac, kind: 'ClusterRoleBinding', metadata: { name: 'bank' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bank' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
      });
      assert.ok((await ask('bank')).status);
    });
  });

  describe('reviews', () => {
    const review = async (kind: string, spec: object, user: User = admin): Promise<Record<string, unknown>> => {
      const handler = security.createHandlers.get(kind) as CreateHandler;
      const object = { apiVersion: 'x/v1', kind: 'X', metadata: {}, spec };
      const answer = await handler({ row: {} as never, info: ask('create x'), user, object, dryRun: false });
      assert.deepEqual(answer.spec, spec, 'the question is repeated');
      return answer.status as Record<string, unknown>;
    };

    it('of a token for this server, and for another', async () => {
      const token = await tokenFor({ audiences: [issuer, 'vault'] });
      const status = await review('tokenreviews', { token });
      assert.equal(status.authenticated, true);
      assert.equal((status.user as { username: string }).username, 'system:serviceaccount:shop:robot');
      assert.deepEqual(status.audiences, [issuer]);
      assert.deepEqual((await review('tokenreviews', { token, audiences: ['vault', 'x'] })).audiences, ['vault']);
      assert.equal((await review('tokenreviews', { token, audiences: ['x'] })).authenticated, false);
      assert.equal((await review('tokenreviews', { token: 'a.b.c' })).authenticated, false);
    });

    it('of what a kubelet may, with the selection that it asks for', async () => {
      const may = async (fieldSelector?: object): Promise<unknown> => {
        const resourceAttributes = { verb: 'list', resource: 'pods', ...(fieldSelector ? { fieldSelector } : {}) };
        const { name, groups } = kubelet('n1');
        return (await review('subjectaccessreviews', { user: name, groups, resourceAttributes })).allowed;
      };
      const requirement = (operator: string, ...values: string[]) => ({
        requirements: [{ key: 'spec.nodeName', operator, values }],
      });
      assert.equal(await may(), false);
      assert.equal(await may({ rawSelector: 'spec.nodeName=n1' }), true);
      assert.equal(await may(requirement('In', 'n1')), true);
      assert.equal(await may(requirement('In', 'n1', 'n2')), false);
      assert.equal(await may(requirement('NotIn', 'n1')), false);
    });

    it('of what a user may', async () => {
      const resourceAttributes = { verb: 'delete', resource: 'pods', namespace: 'shop' };
      const masters = { user: 'x', groups: ['system:masters'], resourceAttributes };
      assert.equal((await review('subjectaccessreviews', masters)).allowed, true);
      assert.equal((await review('localsubjectaccessreviews', { user: 'x', resourceAttributes })).allowed, false);
      assert.equal((await review('selfsubjectaccessreviews', { resourceAttributes })).allowed, true);
      const path = { nonResourceAttributes: { verb: 'get', path: '/metrics' } };
      assert.equal((await review('selfsubjectaccessreviews', path, someone('x'))).allowed, false);
    });

    it('of all that one may, and of who one is', async () => {
      const group = 'rbac.authorization.k8s.io';
      lookup.put({
        apiVersion: `${group}/v1`,
        kind: 'ClusterRole',
        metadata: { name: 'r' },
        rules: [
          { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] },
          { verbs: ['get'], nonResourceURLs: ['/x'] },
        ],
      });
      lookup.put({
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'b' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'r' },
        subjects: [{ kind: 'User', name: 'x', apiGroup: group }],
      });
      assert.deepEqual(await review('selfsubjectrulesreviews', { namespace: 'shop' }, someone('x')), {
        resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }],
        incomplete: false,
      });
      assert.equal((await review('selfsubjectrulesreviews', { namespace: 'shop' }, kubelet('n1'))).incomplete, true);
      assert.deepEqual(await review('selfsubjectreviews', {}, someone('x', 'g')), {
        userInfo: { username: 'x', groups: ['g', 'system:authenticated'] },
      });
    });
  });

  it('reads users from certificates first, and makes everybody else anonymous', async () => {
    const certificate = { subjectCN: 'alice', subjectO: ['dev', 'ops'] };
    const table: [object, User][] = [
      [{ certificate }, { name: 'alice', groups: ['dev', 'ops', 'system:authenticated'] }],
      [
        { certificate, authorization: 'Bearer a.b.c' },
        { name: 'alice', groups: ['dev', 'ops', 'system:authenticated'] },
      ],
      [{}, { name: 'system:anonymous', groups: ['system:unauthenticated'] }],
      [{ authorization: 'Basic eDp5' }, { name: 'system:anonymous', groups: ['system:unauthenticated'] }],
      [
        { certificate: { subjectCN: '', subjectO: ['system:masters'] } },
        { name: 'system:anonymous', groups: ['system:unauthenticated'] },
      ],
    ];
    for (const [credentials, user] of table) {
      assert.deepEqual(await security.authenticator.authenticate(credentials), user);
    }
  });
});
