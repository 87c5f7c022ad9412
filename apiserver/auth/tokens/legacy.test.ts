import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { algorithmOf, keyIdOf, legacyClaim, legacyIssuer } from '../../../api/service-account-tokens.js';
import type { AnyObject } from '../../../api/types.js';
import { StillClock } from '../testing/clock.js';
import { FakeLookup } from '../testing/fake-lookup.js';
import { invalidSinceLabel, type LegacyClaims } from './legacy.js';
import { loadSigner } from './signer.js';
import { Tokens } from './tokens.js';

const now = Date.parse('2026-03-01T12:00:00Z');
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString();
const curve = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const rsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

describe('service account tokens and their keys', () => {
  let folder: string;
  let lookup: FakeLookup;
  let used: LegacyClaims[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-keys-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    lookup = new FakeLookup([account('robot-uid')]);
    used = [];
  });

  const account = (uid: string): AnyObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot', namespace: 'shop', uid },
  });
  const secret = (token: string, metadata: object = {}): AnyObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'robot-token', namespace: 'shop', ...metadata },
    type: 'kubernetes.io/service-account-token',
    data: { token: Buffer.from(token).toString('base64') },
  });
  const sign = (key: KeyObject, claims: object = {}, header: object = {}): Promise<string> =>
    new SignJWT({
      iss: legacyIssuer,
      sub: 'system:serviceaccount:shop:robot',
      [legacyClaim.namespace]: 'shop',
      [legacyClaim.secret]: 'robot-token',
      [legacyClaim.account]: 'robot',
      [legacyClaim.uid]: 'robot-uid',
      ...claims,
    })
      .setProtectedHeader({ alg: algorithmOf(key), kid: keyIdOf(key), ...header })
      .sign(key);

  /** Verifies with the keys in these files' texts; the first key signs. */
  async function tokensOf(signing: KeyObject, ...files: string[]): Promise<Tokens> {
    const path = (name: string): string => join(folder, name);
    await writeFile(path('sa.key'), pem(signing));
    await Promise.all(files.map((text, index) => writeFile(path(`${index}.pub`), text)));
    const signer = await loadSigner({
      signingKey: path('sa.key'),
      verificationKeys: files.map((_, index) => path(`${index}.pub`)),
      issuers: ['https://api', 'https://old'],
    });
    const log = pino({ enabled: false });
    const legacyUsed = (claims: LegacyClaims): void => void used.push(claims);
    return new Tokens({
      signer,
      lookup,
      clock: new StillClock(now),
      log,
      apiAudiences: ['https://api'],
      uid: () => 'id',
      legacyUsed,
    });
  }

  it('lie in a secret, without an end, and each use is told', async () => {
    const key = curve('P-256');
    const tokens = await tokensOf(key);
    const token = await sign(key);
    lookup.put(secret(token));
    assert.deepEqual(await tokens.verify(token), {
      user: {
        name: 'system:serviceaccount:shop:robot',
        uid: 'robot-uid',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      },
      audiences: ['https://api'],
    });
    assert.deepEqual(used, [{ namespace: 'shop', secret: 'robot-token', account: 'robot', uid: 'robot-uid' }]);
    assert.equal(await tokens.verify(token, ['vault']), undefined, 'they are meant for nobody but the API server');
  });

  const endings: [string, (token: string) => void][] = [
    ['the secret is gone', token => lookup.remove(secret(token))],
    ['the secret is on its way out', token => lookup.put(secret(token, { deletionTimestamp: '2026-03-01T11:59:59Z' }))],
    ['the secret holds another token', token => lookup.put(secret(`${token}x`))],
    ['nobody used it for long', token => lookup.put(secret(token, { labels: { [invalidSinceLabel]: '2026-02-01' } }))],
    ['the account is gone', () => lookup.remove(account('robot-uid'))],
    ['the account was made anew', () => lookup.put(account('other'))],
  ];
  for (const [why, end] of endings) {
    it(`end when ${why}, although their signature was seen before`, async () => {
      const key = curve('P-256');
      const tokens = await tokensOf(key);
      const token = await sign(key);
      lookup.put(secret(token));
      assert.ok(await tokens.verify(token));
      end(token);
      assert.equal(await tokens.verify(token), undefined);
    });
  }

  it('of somebody else’s claims are refused', async () => {
    const key = curve('P-256');
    const tokens = await tokensOf(key);
    for (const claims of [
      { sub: 'system:serviceaccount:kube-system:root' },
      { [legacyClaim.uid]: '' },
      { [legacyClaim.secret]: ['robot-token'] },
      { iss: 'https://elsewhere' },
    ]) {
      const token = await sign(key, claims);
      lookup.put(secret(token));
      assert.equal(await tokens.verify(token), undefined, JSON.stringify(claims));
    }
  });

  it('are good for as long as any file holds their key, so that a key can be exchanged', async () => {
    const [old, next, ancient] = [curve('P-256'), curve('P-384'), rsa()];
    const both = pem(createPublicKey(next)) + pem(createPublicKey(old));
    const tokens = await tokensOf(next, both, pem(createPublicKey(ancient)));
    for (const key of [old, next, ancient]) {
      const token = await sign(key);
      lookup.put(secret(token));
      assert.ok(await tokens.verify(token), algorithmOf(key));
      const anonymous = await sign(key, {}, { kid: undefined });
      lookup.put(secret(anonymous));
      assert.ok(await tokens.verify(anonymous), 'tokens of old name no key');
    }
    const withoutOld = await tokensOf(next, pem(createPublicKey(next)));
    const token = await sign(old);
    lookup.put(secret(token));
    assert.equal(await withoutOld.verify(token), undefined);
  });

  it('publish all keys, and sign with the first issuer', async () => {
    const [old, next] = [rsa(), curve('P-256')];
    const tokens = await tokensOf(next, pem(createPublicKey(old)));
    const { keys } = tokens.jwks() as { keys: { kid: string; alg: string; d?: string }[] };
    assert.deepEqual(
      keys.map(({ kid, alg, d }) => [kid, alg, d]),
      [
        [keyIdOf(next), 'ES256', undefined],
        [keyIdOf(old), 'RS256', undefined],
      ],
    );
    const { id_token_signing_alg_values_supported: algorithms } = tokens.openidConfiguration() as Record<
      string,
      unknown
    >;
    assert.deepEqual(algorithms, ['ES256', 'RS256']);
    const binding = { namespace: 'shop', serviceaccount: { name: 'robot', uid: 'robot-uid' } };
    const { token } = await tokens.issue(binding, ['https://api'], 600);
    const [, payload = ''] = token.split('.');
    assert.equal(JSON.parse(Buffer.from(payload, 'base64url').toString()).iss, 'https://api');
    assert.ok(await tokens.verify(token));
  });

  it('of a replaced issuer are taken, and of no other', async () => {
    const key = curve('P-256');
    const tokens = await tokensOf(key);
    const seconds = now / 1000;
    const made = (iss: string): Promise<string> =>
      new SignJWT({
        ...{ iss, sub: 'system:serviceaccount:shop:robot', aud: ['https://api'], jti: 'x' },
        ...{ iat: seconds, nbf: seconds, exp: seconds + 60 },
        'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'robot', uid: 'robot-uid' } },
      })
        .setProtectedHeader({ alg: 'ES256', kid: keyIdOf(key) })
        .sign(key);
    assert.ok(await tokens.verify(await made('https://old')));
    assert.equal(await tokens.verify(await made('https://other')), undefined);
  });

  it('cannot be checked with a file that holds no key', async () => {
    await assert.rejects(tokensOf(curve('P-256'), 'nothing'), /0\.pub holds no key in PEM/);
    const ed = generateKeyPairSync('ed25519').privateKey;
    await assert.rejects(tokensOf(ed), /a key of type ed25519 signs no tokens: it must be RSA, P-256/);
  });
});
