import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../storage/open.js';
import { ensureEncryption } from '../pki/encryption.js';
import { encryptionConfigPath } from '../pki/paths.js';
import { type Answered, asker } from '../testing/asking.js';
import { TestCluster } from '../testing/cluster.js';

const path = '/api/v1/namespaces/default/secrets';

describe('a server whose secrets are encrypted', function () {
  this.timeout(60_000);
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orrery-encrypted-'));
    await ensureEncryption(dataDir);
  });
  after(() => rm(dataDir, { recursive: true }));

  /** One life of a server over the embedded store. */
  async function life<T>(work: (ask: ReturnType<typeof asker>) => Promise<T>): Promise<T> {
    const cluster = new TestCluster(dataDir, 'lmdb');
    await cluster.start(0);
    try {
      return await work(asker(cluster));
    } finally {
      await cluster.server.stop();
    }
  }
  async function stored(): Promise<string> {
    const store = await openStore('lmdb', dataDir);
    try {
      return Buffer.from((await store.get('/registry/secrets/default/s'))?.value ?? '').toString('latin1');
    } finally {
      await store.close();
    }
  }
  const read = (): Promise<Answered> => life(ask => ask(`${path}/s`, { as: 'admin' }));

  it('writes none in the clear, and reads them in its next life', async () => {
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'open sesame' } };
    await life(async ask => assert.equal((await ask(path, { as: 'admin', method: 'POST', body })).code, 201));
    const value = await stored();
    assert.match(value, /^k8s:enc:aesgcm:v1:key1:/);
    assert.ok(!value.includes('password'));
    const { json } = await read();
    assert.equal(Buffer.from(json.data.password, 'base64').toString(), 'open sesame');
  });

  it('writes all with a new key at its next start, after which the old one may go', async () => {
    const file = encryptionConfigPath(dataDir);
    const text = await readFile(file, 'utf8');
    const [oldKey = ''] = /- name: key1\n\s+secret: \S+\n/.exec(text) ?? [];
    const newKey = oldKey
      .replace('key1', 'key2')
      .replace(/secret: \S+/, `secret: ${Buffer.alloc(32, 7).toString('base64')}`);
    await writeFile(file, text.replace(oldKey, `${newKey}            ${oldKey}`));
    assert.equal((await read()).code, 200);
    assert.match(await stored(), /^k8s:enc:aesgcm:v1:key2:/);
    await writeFile(file, text.replace(oldKey, newKey));
    assert.equal((await read()).code, 200);
  });

  it('does not start without the key, and says which it needs', async () => {
    const file = encryptionConfigPath(dataDir);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('name: key2', 'name: key3'));
    await assert.rejects(
      read(),
      /the value of \/registry\/secrets\/default\/s is encrypted with the key "key2" of aesgcm/,
    );
    await writeFile(file, text);
    assert.equal((await read()).code, 200);
  });
});
