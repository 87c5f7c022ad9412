import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { pino } from 'pino';
import { ensurePki, type PkiPaths } from '../../pki/index.js';
import { StillClock } from '../testing/clock.js';
import type { PlainTokenAuthenticator } from '../tokens/chain.js';
import { type OidcOptions, oidcTokens } from './authenticator.js';
import { userOfClaims } from './claims.js';

const start = Date.parse('2026-03-01T12:00:00Z');

describe('the claims of an ID token', () => {
  const options = {
    ...{ issuer: 'https://id.example', clientId: 'kube', usernameClaim: 'sub', groupsPrefix: '', requiredClaims: {} },
    groupsClaim: 'groups',
  };
  const table: [string, object, object, string | { name: string; groups?: string[] }][] = [
    ['the issuer stands before a subject', {}, { sub: 'jane' }, { name: 'https://id.example#jane' }],
    ['nothing, when that is asked', { usernamePrefix: '-' }, { sub: 'jane' }, { name: 'jane' }],
    ['a prefix', { usernamePrefix: 'oidc:' }, { sub: 'jane' }, { name: 'oidc:jane' }],
    ['nothing stands before an address', { usernameClaim: 'email' }, { email: 'j@x' }, { name: 'j@x' }],
    [
      'an address that is verified',
      { usernameClaim: 'email' },
      { email: 'j@x', email_verified: true },
      { name: 'j@x' },
    ],
    [
      'one that is not',
      { usernameClaim: 'email' },
      { email: 'j@x', email_verified: false },
      'oidc: email not verified',
    ],
    ['one group', {}, { sub: 'j', groups: 'dev' }, { name: 'https://id.example#j', groups: ['dev'] }],
    [
      'several, with a prefix',
      { groupsPrefix: 'g:' },
      { sub: 'j', groups: ['dev', 'system:masters'] },
      { name: 'https://id.example#j', groups: ['g:dev', 'g:system:masters'] },
    ],
    [
      'groups that are none',
      {},
      { sub: 'j', groups: [1] },
      'oidc: the claim groups holds no groups: it must be a text or a list of texts',
    ],
    ['no name', {}, {}, 'oidc: could not expand username claim sub: it is absent, or no text'],
    [
      'an inherited name',
      { usernameClaim: 'constructor' },
      {},
      'oidc: could not expand username claim constructor: it is absent, or no text',
    ],
    ['a required claim', { requiredClaims: { hd: 'x' } }, { sub: 'j', hd: 'x' }, { name: 'https://id.example#j' }],
    [
      'another value of it',
      { requiredClaims: { hd: 'x' } },
      { sub: 'j', hd: 'y' },
      'oidc: required claim hd does not have the value "x"',
    ],
  ];
  for (const [what, more, claims, expected] of table) {
    it(`make a user: ${what}`, () => {
      const outcome = userOfClaims(claims as Record<string, unknown>, { ...options, ...more });
      if (typeof expected === 'string') assert.equal(outcome, expected);
      else
        assert.deepEqual(outcome, {
          name: expected.name,
          groups: [...(expected.groups ?? []), 'system:authenticated'],
        });
    });
  }
});

/** A provider with a certificate of its own authority, whose keys and answers the tests change. */
class TestProvider {
  readonly keys = new Map<string, KeyObject>();
  readonly asked: string[] = [];
  issuerSaid: string | undefined;
  down = false;
  private constructor(
    private readonly server: Server,
    readonly ca: string,
  ) {}

  static async start(pki: PkiPaths): Promise<TestProvider> {
    const [key, cert, ca] = await Promise.all(
      [pki.apiserver.key, pki.apiserver.cert, pki.ca.cert].map(path => readFile(path, 'utf8')),
    );
    const server = createServer({ key, cert });
    const provider = new TestProvider(server, ca as string);
    server.on('request', async (request, response) => {
      provider.asked.push(request.url ?? '');
      if (provider.down) response.statusCode = 503;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(await provider.answer(request.url ?? '')));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get issuer(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  addKey(kid: string, key: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey): void {
    this.keys.set(kid, key);
  }

  /** With the right issuer, audience and times, unless the claims say otherwise. */
  token(
    claims: { [claim in keyof JWTPayload]: JWTPayload[claim] | undefined },
    kid = 'one',
    alg = 'RS256',
    key = this.keys.get(kid),
  ): Promise<string> {
    const now = start / 1000;
    return new SignJWT({ iss: this.issuer, aud: 'kube', iat: now, exp: now + 60, ...claims } as JWTPayload)
      .setProtectedHeader({ alg, kid })
      .sign(key as KeyObject);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(() => resolve()));
  }

  private async answer(path: string): Promise<object> {
    if (path === '/keys') {
      const keys = [...this.keys].map(async ([kid, key]) => ({
        ...(await exportJWK(key)),
        d: undefined,
        kid,
        use: 'sig',
      }));
      return { keys: await Promise.all(keys) };
    }
    return { issuer: this.issuerSaid ?? this.issuer, jwks_uri: `${this.issuer}/keys` };
  }
}

describe('ID tokens', () => {
  let dataDir: string;
  let pki: PkiPaths;
  let provider: TestProvider;
  let clock: StillClock;
  let tokens: PlainTokenAuthenticator;
  const options = (more: Partial<OidcOptions> = {}): OidcOptions => ({
    ...{ issuer: provider.issuer, clientId: 'kube', ca: provider.ca, usernameClaim: 'sub', usernamePrefix: '-' },
    ...{ groupsClaim: 'groups', groupsPrefix: '', requiredClaims: {}, algorithms: ['RS256'] },
    ...more,
  });
  const authenticator = (more: Partial<OidcOptions> = {}) => oidcTokens(options(more), clock, pino({ enabled: false }));

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-oidc-'));
    const server = 'https://127.0.0.1';
    pki = await ensurePki({ dataDir, nodeName: 'n', addresses: ['127.0.0.1'], server, now: Date.now() });
  });
  after(() => rm(dataDir, { recursive: true }));
  beforeEach(async () => {
    provider = await TestProvider.start(pki);
    provider.addKey('one');
    clock = new StillClock(start);
    tokens = authenticator();
  });
  afterEach(() => provider.stop());

  it('make users, and the provider is asked once for its keys', async () => {
    for (const sub of ['jane', 'joe']) {
      assert.deepEqual(await tokens.userOf(await provider.token({ sub, groups: ['dev'] })), {
        name: sub,
        groups: ['dev', 'system:authenticated'],
      });
    }
    assert.deepEqual(provider.asked, ['/.well-known/openid-configuration', '/keys']);
  });

  const refusals: [string, () => Promise<string>][] = [
    ['of another issuer', () => provider.token({ sub: 'j', iss: 'https://elsewhere' })],
    ['for somebody else', () => provider.token({ sub: 'j', aud: 'other' })],
    ['that are over', () => provider.token({ sub: 'j', exp: start / 1000 - 1 })],
    ['without an end', () => provider.token({ sub: 'j', exp: undefined })],
    ['of a later time', () => provider.token({ sub: 'j', nbf: start / 1000 + 60 })],
    [
      'of another key with a known id',
      () =>
        provider.token({ sub: 'j' }, 'one', 'RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    ],
    ['with an algorithm that is not allowed', () => provider.token({ sub: 'j' }, 'one', 'PS256')],
    [
      'without a signature',
      async () => {
        const [, payload] = (await provider.token({ sub: 'j' })).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      },
    ],
    [
      'whose signature is the public key taken for a shared secret',
      async () => {
        const { createSecretKey, createPublicKey } = await import('node:crypto');
        const pem = createPublicKey(provider.keys.get('one') as KeyObject).export({ type: 'spki', format: 'pem' });
        return provider.token({ sub: 'j' }, 'one', 'HS256', createSecretKey(Buffer.from(pem)) as KeyObject);
      },
    ],
    ['that are none', async () => 'a.b.c'],
  ];
  for (const [what, make] of refusals) {
    it(`are refused ${what}`, async () => assert.equal(await tokens.userOf(await make()), undefined));
  }

  it('of a new key are good at once, but made-up keys do not make us ask again and again', async () => {
    await tokens.userOf(await provider.token({ sub: 'j' }));
    provider.addKey('two');
    clock.advance(10_000);
    assert.ok(await tokens.userOf(await provider.token({ sub: 'j' }, 'two')));
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (let i = 0; i < 5; i++) {
      assert.equal(
        await tokens.userOf(await provider.token({ sub: 'j' }, `made-up-${i}`, 'RS256', stranger)),
        undefined,
      );
    }
    assert.equal(provider.asked.length, 4);
  });

  it('stay good while the provider is away, once its keys are known', async () => {
    provider.down = true;
    assert.equal(await tokens.userOf(await provider.token({ sub: 'j' })), undefined);
    provider.down = false;
    assert.equal(await tokens.userOf(await provider.token({ sub: 'j' })), undefined, 'it is not asked in each request');
    clock.advance(10_000);
    assert.ok(await tokens.userOf(await provider.token({ sub: 'j' })));
    provider.down = true;
    clock.advance(10_000);
    assert.ok(await tokens.userOf(await provider.token({ sub: 'j' })));
  });

  it('are refused when the provider says that it is another, or its certificate is not trusted', async () => {
    const { ca: _, ...withoutCa } = options();
    const strangers = oidcTokens(withoutCa, clock, pino({ enabled: false }));
    assert.equal(await strangers.userOf(await provider.token({ sub: 'j' })), undefined);
    assert.deepEqual(provider.asked, []);
    provider.issuerSaid = 'https://other';
    assert.equal(await tokens.userOf(await provider.token({ sub: 'j' })), undefined);
  });

  it('may be signed with elliptic curves, where that is said', async () => {
    const key = createPrivateKey(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    provider.addKey('ec', key);
    assert.equal(await tokens.userOf(await provider.token({ sub: 'j' }, 'ec', 'ES256')), undefined);
    assert.ok(
      await authenticator({ algorithms: ['RS256', 'ES256'] }).userOf(await provider.token({ sub: 'j' }, 'ec', 'ES256')),
    );
  });
});
