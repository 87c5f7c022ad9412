import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { put, Watching } from '../contract/harness.js';
import { Unavailable } from '../store.js';
import { openLmdbStore } from './open.js';

describe('an lmdb store on a disk that is full', () => {
  let disk: string;
  before(function () {
    disk = mkdtempSync(join(tmpdir(), 'orrery-disk-'));
    const { status, stderr } = mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk);
    if (status === 0) return;
    console.log(`      skipped: a small disk cannot be mounted here (${stderr?.toString().trim() || 'no mount'})`);
    this.skip();
  });
  after(() => {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  it('serves no more, and has all that was acknowledged once there is room again', async () => {
    const path = join(disk, 'store');
    const store = await openLmdbStore({ path });
    const watching = new Watching(store, '/', 2);
    const watched = watching.failure();
    const acknowledged: string[] = [];
    const failure = await fill(async key => {
      await put(store, key, 'x'.repeat(20_000));
      acknowledged.push(key);
    });
    assert.ok(failure instanceof Unavailable, String(failure));
    assert.match(failure.message, /could not be written .* and serves no more: mend the disk, then start again/);
    assert.ok((await watched) instanceof Unavailable);
    await assert.rejects(store.get('/0'), Unavailable);
    await store.close();

    assert.equal(mount('-o', 'remount,size=64m', disk).status, 0);
    const mended = await openLmdbStore({ path });
    const keys = (await mended.list('/')).entries.map(e => e.key);
    assert.deepEqual(
      acknowledged.filter(key => !keys.includes(key)),
      [],
    );
    await put(mended, '/after');
    await mended.close();
  });
});

const mount = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync('mount', args);

/** Writes until it fails, and answers how. */
async function fill(write: (key: string) => Promise<void>): Promise<unknown> {
  try {
    for (let i = 0; i < 1000; i++) await write(`/${i}`);
  } catch (error) {
    return error;
  }
  return undefined;
}
