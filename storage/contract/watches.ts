import assert from 'node:assert/strict';
import { SlowWatcher, type Store, Unavailable } from '../store.js';
import { accepted, bytes, eventsOf, type Given, put, said, text, Watching } from './harness.js';

/** Writes at once from several writers: creations, updates and deletions of their own keys. Answers what was accepted. */
async function busyWriters(store: Store, key: (name: string) => string, writers: number): Promise<string[]> {
  const accepteds: [number, string][] = [];
  const write = async (_: unknown, w: number): Promise<void> => {
    const k = key(`w${w}`);
    let revision = 0;
    for (let i = 0; i < 12; i++) {
      if (i % 4 === 3) {
        revision = accepted(await store.delete(k, revision));
        accepteds.push([revision, `delete ${k} @${revision}`]);
        continue;
      }
      const written = i % 4 === 0 ? store.create(k, bytes(`${i}`)) : store.update(k, bytes(`${i}`), revision);
      revision = accepted(await written);
      accepteds.push([revision, `put ${k}=${i} @${revision}`]);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return accepteds.sort(([a], [b]) => a - b).map(([, event]) => event);
}

export function watches(given: Given): void {
  it('delivers what is written after the first step of its iterator', async () => {
    const { store, prefix, key } = await given();
    const watching = new Watching(store, prefix, (await store.revision()) + 1);
    const first = watching.next();
    const revision = await put(store, key('a'), '1');
    assert.deepEqual((await first)?.events.map(said) ?? [], [`put ${key('a')}=1 @${revision}`]);
    await watching.stop();
  });

  it('delivers what was written from the asked revision (inclusive) on', async () => {
    const { store, prefix, key } = await given();
    await put(store, key('a'), '1');
    const b = await put(store, key('b'), '1');
    const c = await put(store, key('c'), '1');
    assert.deepEqual(
      (await eventsOf(store, prefix, b, c)).map(e => e.key),
      [key('b'), key('c')],
    );
  });

  it('tells of a key what it became and since when it is', async () => {
    const { store, prefix, key } = await given();
    const one = await put(store, key('a'), 'one');
    const two = accepted(await store.update(key('a'), bytes('two'), one));
    const gone = accepted(await store.delete(key('a')));
    const three = await put(store, key('a'), 'three');
    const events = (await eventsOf(store, prefix, one, three)).map(e => ({
      type: e.type,
      value: e.type === 'put' ? `${text(e.value)} since ${e.createRevision}` : undefined,
    }));
    assert.deepEqual(events, [
      { type: 'put', value: `one since ${one}` },
      { type: 'put', value: `two since ${one}` },
      { type: 'delete', value: undefined },
      { type: 'put', value: `three since ${three}` },
    ]);
    assert.equal(gone, two + 1);
  });

  it('delivers only keys with its prefix', async () => {
    const { store, prefix, key } = await given();
    const start = await put(store, key('pods/a'), '1');
    await put(store, key('pods-not/a'), '1');
    await put(store, key('q'), '1');
    const end = await put(store, key('pods/b'), '1');
    assert.deepEqual(
      (await eventsOf(store, `${prefix}pods/`, start, end)).map(e => e.key),
      [key('pods/a'), key('pods/b')],
    );
  });

  it('is ordered, unique, atomic and reliable while many write', async () => {
    const { store, prefix, key } = await given();
    const watching = new Watching(store, prefix, (await store.revision()) + 1);
    const first = watching.next();
    const expected = await busyWriters(store, key, 16);
    await first;
    const events = await watching.until(await store.revision());
    assert.deepEqual(events.map(said), expected);
    await watching.stop();
  });

  it('is resumable: another watch from the last revision + 1 goes on without a gap', async () => {
    const { store, prefix, key } = await given();
    const start = (await store.revision()) + 1;
    const writing = busyWriters(store, key, 8);
    const events: string[] = [];
    let from = start;
    for (let done = false; !done; ) {
      const watching = new Watching(store, prefix, from);
      for (let i = 0; i < 3 && events.length < 8 * 12; i++) {
        events.push(...((await watching.next())?.events ?? []).map(said));
      }
      await watching.stop();
      from = watching.revision + 1;
      done = events.length >= 8 * 12;
    }
    assert.deepEqual(events, await writing);
  });

  it('is bookmarkable: when idle it reports progress, up to the current revision', async () => {
    const { store, prefix, key, elapse } = await given();
    const watching = new Watching(store, prefix, (await store.revision()) + 1);
    const first = watching.next();
    await put(store, key('a'));
    await first;
    // Not under the watched prefix: only progress can tell of it.
    const elsewhere = `/elsewhere${prefix}`;
    const revision = await put(store, elsewhere);
    while (watching.revision < revision) {
      const next = watching.next();
      await elapse(1000);
      assert.deepEqual((await next)?.events, []);
    }
    assert.equal(watching.revision, revision);
    await watching.stop();
  });

  it('reports progress to a watch that starts at the next revision, and never past the current one', async () => {
    const { store, prefix, elapse } = await given();
    const revision = await store.revision();
    const watching = new Watching(store, prefix, revision + 1);
    const next = watching.next();
    await elapse(1000);
    assert.deepEqual(await next, { revision, events: [] });
    await watching.stop();
  });

  it('waits silently for a revision that is further in the future', async () => {
    const { store, prefix, key, elapse } = await given();
    const revision = await store.revision();
    const watching = new Watching(store, prefix, revision + 3);
    const first = watching.next();
    await elapse(1000);
    await put(store, key('a'), '1');
    await put(store, key('b'), '1');
    await elapse(1000);
    await put(store, key('c'), '1');
    await first;
    assert.deepEqual((await watching.until(revision + 3)).map(said), [`put ${key('c')}=1 @${revision + 3}`]);
    await watching.stop();
  });

  it('serves each of many watchers everything', async () => {
    const { store, prefix, key } = await given();
    const from = (await store.revision()) + 1;
    const all = Array.from({ length: 10 }, () => new Watching(store, prefix, from));
    const started = all.map(w => w.next());
    const expected = await busyWriters(store, key, 4);
    await Promise.all(started);
    const end = await store.revision();
    for (const watching of all) {
      assert.deepEqual((await watching.until(end)).map(said), expected);
      await watching.stop();
    }
  });

  it('ends without error when the signal aborts, before and while it waits', async () => {
    const { store, prefix } = await given();
    const revision = await store.revision();
    const waiting = new Watching(store, prefix, revision + 1);
    const next = waiting.next();
    waiting.abort();
    assert.equal(await next, undefined);
    const before = new Watching(store, prefix, revision + 1);
    before.abort();
    assert.equal(await before.next(), undefined);
  });

  it('ends without error when the store closes; after that the store is Unavailable', async () => {
    const { store, prefix, key } = await given();
    const revision = await put(store, key('a'));
    const watching = new Watching(store, prefix, revision + 1);
    const next = watching.next();
    await store.close();
    assert.equal(await next, undefined);
    for (const call of [
      () => store.revision(),
      () => store.compactedRevision(),
      () => store.get(key('a')),
      () => store.list(prefix),
      () => store.create(key('b'), bytes('x')),
      () => store.update(key('a'), bytes('x'), revision),
      () => store.delete(key('a')),
      () => store.compact(revision),
      () => new Watching(store, prefix, revision).next(),
    ]) {
      await assert.rejects(async () => call(), Unavailable);
    }
    await store.close();
  });

  it('ends a watcher that falls too far behind, and leaves nothing out before that', async () => {
    const { store, prefix, key } = await given({ maxBehind: 20 });
    const slow = new Watching(store, prefix, (await store.revision()) + 1);
    const quick = new Watching(store, prefix, (await store.revision()) + 1);
    const [first, quickFirst] = [slow.next(), quick.next()];
    const expected = [await put(store, key('first'))];
    await Promise.all([first, quickFirst]);
    for (let i = 0; i < 50; i++) {
      expected.push(await put(store, key(`${i}`)));
      await quick.until(expected.at(-1) ?? 0);
    }
    const failure = await slow.failure();
    assert.ok(failure instanceof SlowWatcher, String(failure));
    assert.ok(failure.behind > 20);
    assert.deepEqual(
      quick.events.map(e => e.revision),
      expected,
    );
    assert.deepEqual(
      slow.events.map(e => e.revision),
      expected.slice(0, slow.events.length),
    );
    await quick.stop();
  });

  it('does not take a watcher for slow that starts far back', async () => {
    const { store, prefix, key } = await given({ maxBehind: 5 });
    const start = (await store.revision()) + 1;
    for (let i = 0; i < 40; i++) await put(store, key(`${i}`));
    const watching = new Watching(store, prefix, start);
    const first = watching.next();
    await put(store, key('last'));
    await first;
    assert.equal((await watching.until(await store.revision())).length, 41);
    await watching.stop();
  });
}
