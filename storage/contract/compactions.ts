import assert from 'node:assert/strict';
import { Compacted, FutureRevision, type Store } from '../store.js';
import { accepted, bytes, eventsOf, type Given, put, said, type Traits, text, Watching } from './harness.js';

const isCompacted = (compacted: number) => (error: unknown) => {
  assert.ok(error instanceof Compacted, String(error));
  assert.equal(error.compacted, compacted);
  return true;
};

const ofFirst = (store: Store, prefix: string, from: number): Promise<unknown> =>
  new Watching(store, prefix, from).failure();

export function compactions(given: Given, traits: Traits): void {
  it('answers lists at the compacted revision and after it, and none before', async () => {
    const { store, prefix, key } = await given();
    const one = await put(store, key('a'), '1');
    const two = accepted(await store.update(key('a'), bytes('2'), one));
    const three = accepted(await store.update(key('a'), bytes('3'), two));
    await store.compact(two);
    assert.equal(await store.compactedRevision(), two);
    await assert.rejects(store.list(prefix, { revision: one }), isCompacted(two));
    for (const [revision, value] of [
      [two, '2'],
      [three, '3'],
    ] as const) {
      const { entries } = await store.list(prefix, { revision });
      assert.deepEqual(
        entries.map(e => text(e.value)),
        [value],
      );
    }
  });

  it('watches from the compacted revision and after it, and not from before', async () => {
    const { store, prefix, key } = await given();
    const one = await put(store, key('a'), '1');
    const two = await put(store, key('b'), '2');
    const three = await put(store, key('c'), '3');
    await store.compact(two);
    assert.ok(isCompacted(two)(await ofFirst(store, prefix, one)));
    assert.deepEqual((await eventsOf(store, prefix, two, three)).map(said), [
      `put ${key('b')}=2 @${two}`,
      `put ${key('c')}=3 @${three}`,
    ]);
  });

  for (const isLast of [false, true]) {
    const when = isLast ? ', with nothing after it' : '';
    it(`delivers a deletion made at exactly the compacted revision${when}, or ends, and never leaves it out`, async () => {
      const { store, prefix, key } = await given();
      await put(store, key('a'));
      const deleted = accepted(await store.delete(key('a')));
      await store.compact(deleted);
      if (!isLast) await put(store, key('b'));
      const watching = new Watching(store, prefix, deleted);
      try {
        const [event] = await watching.until(deleted);
        assert.ok(event?.type === 'delete' && event.revision === deleted);
      } catch (error) {
        if (traits.keepsDeletionAtCompacted || !(error instanceof Compacted)) throw error;
      } finally {
        await watching.stop();
      }
    });
  }

  it('forgets a deletion with the next compaction', async () => {
    const { store, prefix, key } = await given();
    await put(store, key('a'));
    const deleted = accepted(await store.delete(key('a')));
    await store.compact(deleted);
    const later = await put(store, key('b'), '1');
    await store.compact(later);
    assert.equal(await store.get(key('a')), undefined);
    assert.ok(isCompacted(later)(await ofFirst(store, prefix, deleted)));
    assert.deepEqual(
      (await store.list(prefix, { revision: later })).entries.map(e => e.key),
      [key('b')],
    );
  });

  it('does not compact at or below the compacted revision, nor beyond the current one', async () => {
    const { store, key } = await given();
    await put(store, key('a'));
    const revision = await put(store, key('b'));
    await store.compact(revision - 1);
    await assert.rejects(store.compact(revision - 1), isCompacted(revision - 1));
    await assert.rejects(store.compact(revision - 2), isCompacted(revision - 1));
    await assert.rejects(
      store.compact(revision + 1),
      (error: unknown) => error instanceof FutureRevision && error.asked === revision + 1 && error.current === revision,
    );
    assert.equal(await store.compactedRevision(), revision - 1);
    assert.equal(await store.revision(), revision);
  });

  it('leaves current entries and waiting watchers alone', async () => {
    const { store, prefix, key } = await given();
    const created = await put(store, key('a'), '1');
    const watching = new Watching(store, prefix, created);
    await watching.until(created);
    const next = watching.next();
    const before = await store.get(key('a'));
    await store.compact(created);
    assert.deepEqual(await store.get(key('a')), before);
    const revision = await put(store, key('b'), '1');
    assert.deepEqual((await next)?.events.map(said), [`put ${key('b')}=1 @${revision}`]);
    await watching.stop();
  });
}
