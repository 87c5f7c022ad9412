import assert from 'node:assert/strict';
import { accepted, bytes, type Given, put, said, type Traits, Watching } from './harness.js';

export function expiries(given: Given, traits: Traits): void {
  const ttlSeconds = traits.shortestTtl;

  it('deletes a key by a revision of its own when its time has come', async () => {
    const { store, prefix, key, elapse } = await given();
    const created = accepted(await store.create(key('a'), bytes('brief'), { ttlSeconds }));
    assert.ok(await store.get(key('a')));
    const watching = new Watching(store, prefix, created + 1);
    const next = watching.next();
    await elapse(ttlSeconds * 1000);
    await next;
    const [event] = await watching.until(created + 1);
    assert.ok(event?.type === 'delete' && event.revision === created + 1);
    assert.equal(await store.get(key('a')), undefined);
    await watching.stop();
  });

  it('lets an update without a time to live make the key permanent', async () => {
    const { store, prefix, key, elapse } = await given();
    const created = accepted(await store.create(key('a'), bytes('1'), { ttlSeconds }));
    const kept = accepted(await store.update(key('a'), bytes('2'), created));
    // Its time would come no later than that of the one written after it.
    const brief = accepted(await store.create(key('b'), bytes('1'), { ttlSeconds }));
    const watching = new Watching(store, prefix, kept + 1);
    const next = watching.next();
    await elapse(ttlSeconds * 1000);
    await next;
    assert.deepEqual((await watching.until(brief + 1)).map(said), [
      `put ${key('b')}=1 @${brief}`,
      `delete ${key('b')} @${brief + 1}`,
    ]);
    assert.equal((await store.get(key('a')))?.revision, kept);
    await watching.stop();
  });

  it('counts from the last write with a time to live', async () => {
    const { store, prefix, key, elapse } = await given();
    const created = await put(store, key('a'), '1');
    const renewed = accepted(await store.update(key('a'), bytes('2'), created, { ttlSeconds: ttlSeconds + 3600 }));
    const brief = accepted(await store.create(key('b'), bytes('1'), { ttlSeconds }));
    const watching = new Watching(store, prefix, brief + 1);
    const next = watching.next();
    await elapse(ttlSeconds * 1000);
    await next;
    assert.deepEqual(
      (await watching.until(brief + 1)).map(e => e.key),
      [key('b')],
    );
    assert.equal((await store.get(key('a')))?.revision, renewed);
    await watching.stop();
  });

  it('deletes many that were written together', async () => {
    const { store, prefix, key, elapse } = await given();
    const from = (await store.revision()) + 1;
    await Promise.all(Array.from({ length: 30 }, (_, i) => store.create(key(`${i}`), bytes('x'), { ttlSeconds })));
    const watching = new Watching(store, prefix, from);
    const next = watching.next();
    await elapse(ttlSeconds * 1000);
    await next;
    while (watching.events.filter(e => e.type === 'delete').length < 30) await watching.next();
    assert.deepEqual((await store.list(prefix)).entries, []);
    await watching.stop();
  });
}
