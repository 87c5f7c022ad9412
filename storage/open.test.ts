import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etcdMissing, startEtcd } from './contract/etcd-server.js';
import { put } from './contract/harness.js';
import { openStore, parseDatastore } from './open.js';

describe('--datastore', () => {
  const understood: [string, object][] = [
    ['memory', { kind: 'memory' }],
    ['lmdb', { kind: 'lmdb' }],
    ['etcd://127.0.0.1:2379', { kind: 'etcd', endpoints: ['127.0.0.1:2379'] }],
    ['etcd://a.example:2379,b-2:2380/', { kind: 'etcd', endpoints: ['a.example:2379', 'b-2:2380'] }],
    ['etcd://[::1]:2379', { kind: 'etcd', endpoints: ['[::1]:2379'] }],
  ];
  for (const [datastore, parsed] of understood) {
    it(`understands ${datastore}`, () => assert.deepEqual(parseDatastore(datastore), parsed));
  }

  const refused: [string, RegExp][] = [
    ['', /the datastore "" is not understood: it must be lmdb, memory or etcd:\/\/HOST:PORT/],
    ['etcd', /must be lmdb, memory or etcd/],
    ['postgres://x:1', /must be lmdb, memory or etcd/],
    ['etcd://', /"" is not HOST:PORT/],
    ['etcd://host', /"host" is not HOST:PORT/],
    ['etcd://a:1,,b:2', /"" is not HOST:PORT/],
    ['etcd://a:1,b', /"b" is not HOST:PORT/],
    ['etcd://a:0', /"a:0" is not HOST:PORT/],
    ['etcd://a:65536', /"a:65536" is not HOST:PORT/],
    ['etcd://http://a:1', /"http:\/\/a:1" is not HOST:PORT/],
  ];
  for (const [datastore, why] of refused) {
    it(`refuses "${datastore}"`, () => {
      assert.throws(
        () => parseDatastore(datastore),
        (error: unknown) => error instanceof RangeError && why.test(error.message),
      );
    });
  }

  it('opens memory, and lmdb in the directory "store" of the data directory', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'orrery-open-'));
    try {
      for (const datastore of ['memory', 'lmdb']) {
        const store = await openStore(datastore, dataDir);
        await put(store, '/a');
        await store.close();
      }
      const again = await openStore('lmdb', dataDir);
      assert.equal(await again.revision(), 2);
      await again.close();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('says which host does not answer, and the mend', async () => {
    // Port 1 (tcpmux) is served by nobody.
    await assert.rejects(openStore('etcd://127.0.0.1:1', '/nowhere'), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, 'Unavailable');
      assert.match(error.message, /^etcd at 127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED.*\): check that it runs/);
      return true;
    });
  });

  it('keeps the directory of lmdb from other users: secrets lie in it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'orrery-open-'));
    try {
      await (await openStore('lmdb', dataDir)).close();
      assert.equal(statSync(join(dataDir, 'store')).mode & 0o777, 0o700);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('says why a directory cannot be one for lmdb', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'orrery-open-'));
    try {
      writeFileSync(join(dataDir, 'store'), 'a file');
      await assert.rejects(openStore('lmdb', dataDir), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.equal(error.name, 'Unavailable');
        assert.match(error.message, /^cannot open the store at .*\/store \(.*\): check that it is a directory/);
        return true;
      });
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('opens etcd', async function () {
    this.timeout(60_000);
    const missing = etcdMissing();
    if (missing) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    const server = await startEtcd();
    try {
      const store = await openStore(`etcd://${server.endpoint}/`, '/nowhere');
      await put(store, '/a');
      assert.equal(await store.revision(), 2);
      await store.close();
      await assert.rejects(openStore(`etcd://127.0.0.1:1,${server.endpoint},`, '/nowhere'), RangeError);
    } finally {
      await server.stop();
    }
  });
});
