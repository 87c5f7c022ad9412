import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { HandClock } from '../contract/hand-clock.js';
import { accepted, bytes, eventsOf, put, said, text, Watching } from '../contract/harness.js';
import { Compacted, type Store, Unavailable } from '../store.js';
import { openLmdbStore } from './open.js';

describe('the lmdb store after a restart', () => {
  let directory: string;
  let path: string;
  let clock: HandClock;
  let store: Store;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'orrery-restart-'));
    path = join(directory, 'store');
    clock = new HandClock();
    store = await openLmdbStore({ path, clock });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const restart = async (): Promise<void> => {
    await store.close();
    store = await openLmdbStore({ path, clock });
  };

  it('goes on where it was: entries, revisions, history and events', async () => {
    const one = await put(store, '/a', 'one');
    const two = accepted(await store.update('/a', bytes('two'), one));
    await put(store, '/b', 'x');
    const gone = accepted(await store.delete('/b'));
    const [page, events] = [await store.list('/'), await eventsOf(store, '/', 2, gone)];
    await restart();
    assert.equal(await store.revision(), gone);
    assert.deepEqual(plain(await store.list('/')), plain(page));
    assert.deepEqual(plain(await eventsOf(store, '/', 2, gone)), plain(events));
    const before = await store.list('/', { revision: one });
    assert.deepEqual(
      before.entries.map(e => text(e.value)),
      ['one'],
    );
    assert.equal(accepted(await store.update('/a', bytes('three'), two)), gone + 1);
  });

  it('still has the compacted revision, and what a watch from there needs', async () => {
    await put(store, '/a', 'last words');
    await put(store, '/b');
    const gone = accepted(await store.delete('/a'));
    await store.compact(gone);
    await restart();
    assert.equal(await store.compactedRevision(), gone);
    assert.equal(await store.revision(), gone);
    const [event] = await eventsOf(store, '/', gone, gone);
    assert.ok(event?.type === 'delete' && event.key === '/a');
    await assert.rejects(store.list('/', { revision: gone - 1 }), Compacted);
  });

  it('continues at the revision, though everything was deleted and compacted', async () => {
    await put(store, '/a');
    const gone = accepted(await store.delete('/a'));
    await store.compact(gone);
    await restart();
    assert.equal(await put(store, '/b'), gone + 1);
    await store.compact(gone + 1);
    await restart();
    assert.equal(await store.revision(), gone + 1);
    assert.deepEqual(
      (await store.list('/')).entries.map(e => e.key),
      ['/b'],
    );
  });

  it('deletes what ran out while it was down, and what runs out later', async () => {
    accepted(await store.create('/soon', bytes('x'), { ttlSeconds: 10 }));
    const late = accepted(await store.create('/late', bytes('x'), { ttlSeconds: 100 }));
    await store.close();
    await clock.advance(10_000);
    store = await openLmdbStore({ path, clock });
    const watching = new Watching(store, '/', late + 1);
    assert.deepEqual((await watching.until(late + 1)).map(said), [`delete /soon @${late + 1}`]);
    const next = watching.next();
    await clock.advance(90_000);
    await next;
    assert.deepEqual((await watching.until(late + 2)).map(said).slice(1), [`delete /late @${late + 2}`]);
    await watching.stop();
  });

  it('removes what a compaction left that was cut short', async () => {
    const one = await put(store, '/a', 'one');
    const two = accepted(await store.update('/a', bytes('two'), one));
    const other = await put(store, '/b');
    await store.close();
    const database = openLmdb({ path, overlappingSync: false });
    await database.openDB({ name: 'meta', encoding: 'json' }).put('compacted', other);
    await database.close();
    store = await openLmdbStore({ path, clock });
    assert.equal(await store.compactedRevision(), other);
    assert.equal(text((await store.get('/a'))?.value ?? bytes('')), 'two');
    await store.close();
    const after = openLmdb({ path, overlappingSync: false });
    const kept = after.openDB<Buffer, number>({ name: 'revisions', encoding: 'binary' });
    assert.deepEqual([...kept.getKeys()], [two, other]);
    await after.close();
  });

  it('is not opened when a record is damaged, and is left as it is', async () => {
    const revision = await put(store, '/a');
    await store.close();
    const database = openLmdb({ path, overlappingSync: false });
    const revisions = database.openDB<Buffer, number>({ name: 'revisions', encoding: 'binary' });
    await revisions.put(revision, Buffer.alloc(30, 9));
    await database.close();
    for (const attempt of ['first', 'second']) {
      await assert.rejects(
        openLmdbStore({ path }),
        /cannot be read \(revision 2 is damaged: it starts with 9, .*\): restore it from a backup/,
        attempt,
      );
    }
  });

  it('is not opened in a format that it does not know', async () => {
    await store.close();
    const database = openLmdb({ path, overlappingSync: false });
    await database.openDB({ name: 'meta', encoding: 'json' }).put('format', 99);
    await database.close();
    await assert.rejects(openLmdbStore({ path }), (error: unknown) => {
      assert.ok(error instanceof Unavailable);
      assert.match(error.message, /has format 99, and this version of Orrery reads 1: start the version that wrote it/);
      return true;
    });
  });
});

/** Values read from the disk are Buffers, others are plain arrays of bytes. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v) => (v?.type === 'Buffer' ? Object.assign({}, v.data) : v)));
