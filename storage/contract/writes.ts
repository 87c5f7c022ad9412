import assert from 'node:assert/strict';
import { accepted, bytes, type Given, put, text } from './harness.js';

export function writes(given: Given): void {
  it('starts at revision 1, with nothing compacted', async () => {
    const { store } = await given({ fresh: true });
    assert.equal(await store.revision(), 1);
    assert.equal(await store.compactedRevision(), 0);
    assert.deepEqual(await store.list(''), { entries: [], revision: 1, more: false });
    assert.equal(await put(store, '/first'), 2);
  });

  it('takes one revision for each committed write', async () => {
    const { store, key } = await given();
    const start = await store.revision();
    const created = await put(store, key('a'));
    const updated = accepted(await store.update(key('a'), bytes('2'), created));
    const deleted = accepted(await store.delete(key('a')));
    assert.deepEqual([created, updated, deleted], [start + 1, start + 2, start + 3]);
    assert.equal(await store.revision(), start + 3);
  });

  it('answers an entry with its value, its revision and the one that created it', async () => {
    const { store, key } = await given();
    const created = await put(store, key('a'), 'one');
    assert.deepEqual(await entry(), { value: 'one', revision: created, createRevision: created });
    const updated = accepted(await store.update(key('a'), bytes('two'), created));
    assert.deepEqual(await entry(), { value: 'two', revision: updated, createRevision: created });
    accepted(await store.delete(key('a'), updated));
    assert.equal(await store.get(key('a')), undefined);
    const again = await put(store, key('a'), 'three');
    assert.deepEqual(await entry(), { value: 'three', revision: again, createRevision: again });

    async function entry(): Promise<object> {
      const found = await store.get(key('a'));
      assert.equal(found?.key, key('a'));
      return { value: text(found.value), revision: found.revision, createRevision: found.createRevision };
    }
  });

  it('refuses to create what exists, answers it, and takes no revision', async () => {
    const { store, key } = await given();
    const revision = await put(store, key('a'), 'mine');
    const refused = await store.create(key('a'), bytes('yours'));
    assert.ok(!refused.ok && refused.current);
    assert.deepEqual([text(refused.current.value), refused.current.revision], ['mine', revision]);
    assert.equal(await store.revision(), revision);
  });

  it('refuses to update at another revision, answers what is there, and takes no revision', async () => {
    const { store, key } = await given();
    const first = await put(store, key('a'), 'one');
    const second = accepted(await store.update(key('a'), bytes('two'), first));
    for (const expected of [first, second + 1, 0]) {
      const refused = await store.update(key('a'), bytes('three'), expected);
      assert.ok(!refused.ok && refused.current?.revision === second, `expected ${expected}`);
    }
    assert.equal(await store.revision(), second);
  });

  it('refuses to update what is absent, even when revision 0 is expected', async () => {
    const { store, key } = await given();
    const start = await store.revision();
    for (const expected of [0, start]) {
      assert.deepEqual(await store.update(key('a'), bytes('x'), expected), { ok: false, current: undefined });
    }
    assert.equal(await store.revision(), start);
  });

  it('answers that a deletion found nothing, or another revision, and takes no revision', async () => {
    const { store, key } = await given();
    assert.deepEqual(await store.delete(key('a')), { ok: false, current: undefined });
    const revision = await put(store, key('a'));
    const refused = await store.delete(key('a'), revision + 1);
    assert.ok(!refused.ok && refused.current?.revision === revision);
    assert.equal(await store.revision(), revision);
  });

  it('keeps any bytes, none included', async () => {
    const { store, key } = await given();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const [name, value] of Object.entries({
      all,
      none: new Uint8Array(0),
      large: new Uint8Array(700_000).fill(7),
    })) {
      accepted(await store.create(key(name), value));
      assert.deepEqual(Buffer.from((await store.get(key(name)))?.value ?? []), Buffer.from(value), name);
    }
  });

  it('refuses an empty key, half a surrogate pair and a time to live that is none', async () => {
    const { store, key } = await given();
    await assert.rejects(async () => store.create('', bytes('x')), RangeError);
    await assert.rejects(async () => store.create(key('\ud800'), bytes('x')), RangeError);
    await assert.rejects(async () => store.create(key('a'), bytes('x'), { ttlSeconds: 0 }), RangeError);
    await assert.rejects(async () => store.create(key('a'), bytes('x'), { ttlSeconds: Number.NaN }), RangeError);
  });

  it('lets one of many win who expect the same revision', async () => {
    const { store, key } = await given();
    const start = await store.revision();
    const created = await Promise.all(Array.from({ length: 64 }, (_, i) => store.create(key('a'), bytes(`${i}`))));
    assert.equal(created.filter(w => w.ok).length, 1);
    const winner = created.findIndex(w => w.ok);
    for (const refused of created)
      if (!refused.ok) assert.equal(text(refused.current?.value ?? bytes('')), `${winner}`);
    assert.equal(await store.revision(), start + 1);
  });

  it('loses no update of writers who read, change and write', async () => {
    const { store, key } = await given();
    await put(store, key('n'), '0');
    const increment = async (): Promise<void> => {
      for (;;) {
        const now = await store.get(key('n'));
        assert.ok(now);
        if ((await store.update(key('n'), bytes(`${Number(text(now.value)) + 1}`), now.revision)).ok) return;
      }
    };
    await Promise.all(Array.from({ length: 16 }, increment));
    assert.equal(text((await store.get(key('n')))?.value ?? bytes('')), '16');
  });
}
