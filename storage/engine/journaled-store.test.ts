import assert from 'node:assert/strict';
import { HandClock } from '../contract/hand-clock.js';
import { bytes, put, said, Watching } from '../contract/harness.js';
import { MemoryJournal } from '../memory/journal.js';
import { Compacted, Unavailable } from '../store.js';
import type { Change } from './journal.js';
import { JournaledStore } from './journaled-store.js';

/** A disk whose commits end when the test says so. */
class HeldJournal extends MemoryJournal {
  readonly groups: { changes: readonly Change[]; commit(): void; fail(error: Error): void }[] = [];

  override append(changes: readonly Change[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const commit = (): void => void super.append(changes).then(resolve);
      this.groups.push({ changes, commit, fail: reject });
    });
  }

  async group(index: number): Promise<(typeof this.groups)[number]> {
    for (;;) {
      const group = this.groups[index];
      if (group !== undefined) return group;
      await turn();
    }
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

function given(): { journal: HeldJournal; store: JournaledStore } {
  const journal = new HeldJournal();
  return { journal, store: new JournaledStore(journal, 'the held store', { clock: new HandClock() }) };
}

/** Whether a promise is settled once everybody had a turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let i = 0; i < 5; i++) await turn();
  return settled;
}

describe('a write on its way to the disk', () => {
  it('is neither acknowledged nor shown before it is durable', async () => {
    const { journal, store } = given();
    const watching = new Watching(store, '/', 2);
    const event = watching.next();
    const writing = store.create('/a', bytes('1'));
    const group = await journal.group(0);
    assert.equal(await isSettled(writing), false);
    assert.equal(await isSettled(event), false);
    assert.equal(await store.get('/a'), undefined);
    assert.equal(await store.revision(), 1);
    assert.deepEqual((await store.list('/')).entries, []);
    group.commit();
    assert.deepEqual(await writing, { ok: true, revision: 2 });
    assert.deepEqual((await event)?.events.map(said), ['put /a=1 @2']);
    await store.close();
  });

  it('counts for those who check after it, but their refusal waits for it', async () => {
    const { journal, store } = given();
    const first = store.create('/a', bytes('1'));
    const group = await journal.group(0);
    const second = store.create('/a', bytes('2'));
    const third = store.update('/a', bytes('3'), 2);
    assert.equal(await isSettled(second), false);
    group.commit();
    assert.equal((await first).ok, true);
    const refused = await second;
    assert.ok(!refused.ok);
    // The update was accepted on top of it, and goes with the next group.
    (await journal.group(1)).commit();
    const updated = await third;
    assert.ok(updated.ok && updated.revision === 3);
    await store.close();
  });

  it('shares its commit with all that came while another was under way', async () => {
    const { journal, store } = given();
    const first = store.create('/0', bytes('x'));
    await journal.group(0);
    const rest = Array.from({ length: 64 }, (_, i) => store.create(`/${i + 1}`, bytes('x')));
    journal.groups[0]?.commit();
    (await journal.group(1)).commit();
    await Promise.all([first, ...rest]);
    assert.deepEqual(
      journal.groups.map(g => g.changes.length),
      [1, 64],
    );
    await store.close();
  });

  it('is still committed and acknowledged when the store closes meanwhile', async () => {
    const { journal, store } = given();
    const writing = store.create('/a', bytes('1'));
    const group = await journal.group(0);
    const closing = store.close();
    assert.equal(await isSettled(closing), false);
    group.commit();
    assert.deepEqual(await writing, { ok: true, revision: 2 });
    await closing;
  });
});

describe('a watcher that is overtaken by a compaction', () => {
  it('is ended with Compacted, since it cannot have the rest', async () => {
    const store = new JournaledStore(new MemoryJournal(), 'the store', { clock: new HandClock() });
    const watching = new Watching(store, '/', 2);
    await put(store, '/a');
    await watching.next();
    await put(store, '/b');
    await store.compact(await put(store, '/c'));
    const failure = await watching.failure();
    assert.ok(failure instanceof Compacted && failure.compacted === 4, String(failure));
    assert.deepEqual(
      watching.events.map(e => e.key),
      ['/a'],
    );
    await store.close();
  });
});

describe('a store whose commit failed', () => {
  it('tells every writer and watcher, and serves no more', async () => {
    const { journal, store } = given();
    const durable = put(store, '/before');
    (await journal.group(0)).commit();
    await durable;
    const watching = new Watching(store, '/', 3);
    const event = watching.next();
    const writing = store.create('/a', bytes('1'));
    const group = await journal.group(1);
    const gathered = store.create('/b', bytes('1'));
    group.fail(new Error('disk full'));
    for (const told of [writing, gathered, event]) {
      await assert.rejects(told, (error: unknown) => {
        assert.ok(error instanceof Unavailable);
        assert.match(error.message, /the held store could not be written \(disk full\)/);
        return true;
      });
    }
    await assert.rejects(store.get('/before'), Unavailable);
    await assert.rejects(store.create('/c', bytes('1')), Unavailable);
    await assert.rejects(store.compact(2), Unavailable);
    assert.equal(journal.groups.length, 2, 'nothing was tried again');
    await store.close();
  });

  it('fails the same way when a compaction cannot be written', async () => {
    const journal = new MemoryJournal();
    journal.compact = () => Promise.reject(new Error('disk gone'));
    const store = new JournaledStore(journal, 'the store', { clock: new HandClock() });
    await put(store, '/a');
    await assert.rejects(store.compact(2), /the store could not be written \(disk gone\)/);
    await assert.rejects(store.get('/a'), Unavailable);
    await store.close();
  });
});
