import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { put } from '../contract/harness.js';
import { Unavailable } from '../store.js';
import { openLmdbStore } from './open.js';
import { isAlive, thisProcess } from './owner.js';
import { startWriter } from './writer-process.js';

describe('the owner of a store', () => {
  it('is known by its process id and its start', () => {
    const me = thisProcess();
    assert.equal(me.pid, process.pid);
    assert.ok(isAlive(me));
    assert.ok(!isAlive({ ...me, started: `${me.started}1` }), 'another process had this id');
  });

  it('is known by them also where there is no /proc', () => {
    const at = Math.round(Date.now() - process.uptime() * 1000);
    assert.ok(isAlive({ pid: process.pid, started: `at ${at}` }));
    assert.ok(!isAlive({ pid: process.pid, started: `at ${at - 3_600_000}` }), 'another process had this id');
  });

  it('that has ended is not alive', async () => {
    const child: ChildProcess = fork('-', { execPath: '/bin/true', stdio: 'ignore' });
    const owner = { pid: child.pid as number, started: thisProcess().started };
    await once(child, 'exit');
    assert.ok(!isAlive(owner));
    assert.ok(!isAlive({ ...owner, started: `at ${Date.now()}` }));
  });
});

describe('an lmdb store that is open', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'orrery-owner-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it('is not opened a second time, and works on; closed, it is opened again', async () => {
    const store = await openLmdbStore({ path });
    await assert.rejects(openLmdbStore({ path }), isInUseBy(process.pid));
    await put(store, '/a');
    await store.close();
    const again = await openLmdbStore({ path });
    assert.ok(await again.get('/a'));
    await again.close();
  });

  it('is not opened by another process until its owner ends, however that ends', async function () {
    this.timeout(30_000);
    const writer = startWriter(path);
    try {
      await writer.acknowledged(1);
      await assert.rejects(openLmdbStore({ path }), isInUseBy(writer.pid));
    } finally {
      await writer.kill();
    }
    const store = await openLmdbStore({ path });
    assert.ok((await store.revision()) > 1);
    await store.close();
  });

  it('cannot be made of a file, and says so', async () => {
    const file = join(path, 'file');
    writeFileSync(file, '');
    await assert.rejects(openLmdbStore({ path: file }), (error: unknown) => {
      assert.ok(error instanceof Unavailable);
      assert.match(
        error.message,
        /^cannot open the store at .*file \(.*\): check that it is a directory that you may write/,
      );
      return true;
    });
  });
});

const isInUseBy = (pid: number) => (error: unknown) => {
  assert.ok(error instanceof Unavailable);
  assert.match(
    error.message,
    new RegExp(`is in use by process ${pid}: stop that one first, or use another data directory`),
  );
  return true;
};
