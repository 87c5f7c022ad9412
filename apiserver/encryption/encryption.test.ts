import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { builtinKinds } from '../../api/kinds/index.js';
import { openMemoryStore } from '../../storage/memory/open.js';
import type { Store } from '../../storage/store.js';
import { ensureEncryption } from '../pki/encryption.js';
import { encryptionConfigPath } from '../pki/paths.js';
import { StillClock } from '../testing/harness.js';
import { EncryptionConfigError, parseEncryptionConfig } from './config.js';
import { type CipherName, ciphers, keySizes } from './providers.js';
import { EncryptedStore } from './store.js';
import { Transformer } from './transform.js';

const secretOf = (byte: number, length = 32): string => Buffer.alloc(length, byte).toString('base64');
const config = (...providers: object[]): string =>
  JSON.stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources: ['secrets', 'widgets.example.org'], providers }],
  });
const keys = (...bytes: number[]): object => ({
  keys: bytes.map(byte => ({ name: `key${byte}`, secret: secretOf(byte) })),
});
const key = '/registry/secrets/default/s';
const bytes = (text: string): Buffer => Buffer.from(text);

describe('ciphers at rest', () => {
  for (const name of Object.keys(ciphers) as CipherName[]) {
    it(`law: ${name} opens what it sealed, and nothing else`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(...keySizes[name]), (plain, size) => {
          const cipher = ciphers[name](Buffer.alloc(size, 1));
          const sealed = cipher.seal(plain, key);
          assert.deepEqual(cipher.open(sealed, key), Buffer.from(plain));
          assert.notDeepEqual(cipher.seal(plain, key), sealed, 'each time otherwise');
          assert.throws(() => cipher.open(sealed.subarray(0, 8), key));
          if (name === 'aescbc') return;
          const spoiled = Buffer.from(sealed);
          spoiled[spoiled.length - 1] = (spoiled.at(-1) as number) ^ 1;
          assert.throws(() => cipher.open(spoiled, key));
          assert.throws(() => ciphers[name](Buffer.alloc(size, 2)).open(sealed, key));
        }),
      );
    });
  }

  it('bind a value of aesgcm to its place', () => {
    const cipher = ciphers.aesgcm(Buffer.alloc(32, 1));
    assert.throws(() => cipher.open(cipher.seal(bytes('x'), key), '/registry/secrets/default/other'));
  });

  it("open a box of NaCl's", () => {
    // Of NaCl's own example: the key, the nonce and the first bytes of what they make of zeros.
    const cipher = ciphers.secretbox(
      Buffer.from('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389', 'hex'),
    );
    const box =
      'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5';
    const sealed = Buffer.from(`69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37${box}`, 'hex');
    assert.equal(
      cipher.open(sealed, '').toString('hex'),
      'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705',
    );
  });
});

describe('an encrypted store', () => {
  const open = (inner: Store, text: string): EncryptedStore =>
    new EncryptedStore(inner, new Transformer(parseEncryptionConfig(text, 'file'), builtinKinds));
  const stored = async (inner: Store, at = key): Promise<string> =>
    Buffer.from((await inner.get(at))?.value ?? '').toString('latin1');
  const inner = (): Store => openMemoryStore({ clock: new StillClock() });

  it('hides what it is told to, as Kubernetes writes it, and shows it again', async () => {
    const below = inner();
    const store = open(below, config({ aesgcm: keys(1) }));
    const controller = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { events } of store.watch('/registry/', 2, controller.signal)) {
        for (const event of events) seen.push(`${event.type} ${event.type === 'put' ? Buffer.from(event.value) : ''}`);
        if (seen.length === 3) return;
      }
    })();
    await new Promise(resolve => setImmediate(resolve));
    const { revision } = (await store.create(key, bytes('{"a":1}'))) as { revision: number };
    assert.match(await stored(below), /^k8s:enc:aesgcm:v1:key1:/);
    assert.ok(!(await stored(below)).includes('"a"'));
    assert.equal(String(Buffer.from((await store.get(key))?.value ?? '')), '{"a":1}');
    assert.equal(String((await store.list('/registry/')).entries[0]?.value), '{"a":1}');
    const refused = await store.create(key, bytes('{}'));
    assert.ok(!refused.ok && String(refused.current?.value) === '{"a":1}');
    await store.update(key, bytes('{"a":2}'), revision);
    await store.delete(key);
    await watching;
    controller.abort();
    assert.deepEqual(seen, ['put {"a":1}', 'put {"a":2}', 'delete ']);
  });

  it('leaves other resources as they are, and knows custom ones', async () => {
    const below = inner();
    const store = open(below, config({ secretbox: keys(1) }));
    const table: [string, boolean][] = [
      ['/registry/configmaps/default/s', false],
      ['/registry/services/specs/default/s', false],
      ['/registry/example.org/widgets/default/w', true],
      ['/registry/example.org/gadgets/default/w', false],
      ['/registry/secretsauce/default/s', false],
    ];
    for (const [at, hidden] of table) {
      await store.create(at, bytes('{"b":1}'));
      assert.equal((await stored(below, at)).startsWith('k8s:enc:secretbox:v1:key1:'), hidden, at);
    }
  });

  it('reads with every key, writes with the first, and writes anew what is stale', async () => {
    const below = inner();
    await below.create('/registry/secrets/default/plain', bytes('{"p":1}'));
    await open(below, config({ aescbc: keys(1) }, { identity: {} })).create(key, bytes('{"a":1}'));
    const store = open(below, config({ aesgcm: keys(2, 1) }, { aescbc: keys(1) }, { identity: {} }));
    await store.list('/registry/');
    assert.equal(store.isStale(key), true);
    assert.equal(await store.rewriteStale(), 2);
    assert.equal(store.isStale(key), false);
    for (const at of [key, '/registry/secrets/default/plain'])
      assert.match(await stored(below, at), /^k8s:enc:aesgcm:v1:key2:/);
    assert.equal(await store.rewriteStale(), 0);
    const only = open(below, config({ aesgcm: keys(2) }));
    assert.equal(String((await only.get(key))?.value), '{"a":1}');
    const off = open(below, config({ identity: {} }, { aesgcm: keys(2) }));
    await off.list('/registry/');
    assert.equal(await off.rewriteStale(), 2);
    assert.equal(await stored(below), '{"a":1}');
  });

  it('says which key is missing, and which is wrong, and shows nothing', async () => {
    const below = inner();
    await open(below, config({ aesgcm: keys(1) })).create(key, bytes('{"a":1}'));
    await assert.rejects(open(below, config({ aesgcm: keys(2) })).get(key), {
      name: 'Unavailable',
      message: `the value of ${key} is encrypted with the key "key1" of aesgcm, and the EncryptionConfiguration has no such key for it: add it`,
    });
    const wrong = { aesgcm: { keys: [{ name: 'key1', secret: secretOf(9) }] } };
    await assert.rejects(
      open(below, config(wrong)).get(key),
      /that key does not open it \(.*\): restore the right one$/,
    );
    const copied = (await below.get(key))?.value as Uint8Array;
    await below.create('/registry/secrets/default/stolen', copied);
    await assert.rejects(
      open(below, config({ aesgcm: keys(1) })).get('/registry/secrets/default/stolen'),
      /does not open it/,
    );
  });
});

describe('an EncryptionConfiguration', () => {
  const refused: [string, string, RegExp][] = [
    ['no YAML', '{', /^file: yaml: /],
    ['another kind', '{"kind":"Pod"}', /must be an EncryptionConfiguration/],
    [
      'another version',
      config().replace('k8s.io/v1', 'k8s.io/v9'),
      /the apiVersion "apiserver.config.k8s.io\/v9" is not known/,
    ],
    ['no providers', config(), /resources\[0\]\.providers: Required value/],
    [
      'a key management service',
      config({ kms: { apiVersion: 'v2', name: 'x', endpoint: 'unix:///x' } }),
      /kms is not supported/,
    ],
    ['a provider of another name', config({ rot13: {} }), /there is no provider "rot13"/],
    ['two in one', config({ aesgcm: keys(1), identity: {} }), /exactly one of aesgcm/],
    ['no keys', config({ aesgcm: {} }), /aesgcm\.keys: Required value/],
    [
      'a short key',
      config({ secretbox: { keys: [{ name: 'a', secret: secretOf(1, 16) }] } }),
      /must be 32 bytes in base64 for secretbox/,
    ],
    [
      'a key that is none',
      config({ aescbc: { keys: [{ name: 'a', secret: 'a secret!' }] } }),
      /must be 16, 24, 32 bytes in base64/,
    ],
    [
      'two keys of one name',
      config({ aesgcm: { keys: [1, 2].map(b => ({ name: 'a', secret: secretOf(b) })) } }),
      /the same name/,
    ],
  ];
  for (const [what, text, why] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => parseEncryptionConfig(text, 'file'),
        (error: unknown) =>
          error instanceof EncryptionConfigError && why.test(error.message) && !error.message.includes('a secret!'),
      );
    });
  }

  it('is made once for a new cluster, for its owner only', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'orrery-encryption-'));
    try {
      await ensureEncryption(dataDir);
      const path = encryptionConfigPath(dataDir);
      const text = await readFile(path, 'utf8');
      const [rule] = parseEncryptionConfig(text, path);
      assert.deepEqual(rule?.resources, ['secrets']);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      await ensureEncryption(dataDir);
      assert.equal(await readFile(path, 'utf8'), text);
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
