import assert from 'node:assert/strict';
import { type Entry, FutureRevision } from '../store.js';
import { accepted, bytes, type Given, put, text } from './harness.js';

const shown = (entries: readonly Entry[]): string[] =>
  entries.map(e => `${e.key.slice(e.key.lastIndexOf('/') + 1)}=${text(e.value)}`);

export function reads(given: Given): void {
  it('lists the keys with a prefix, and no others', async () => {
    const { store, prefix, key } = await given();
    for (const name of ['pods/b', 'pods/a', 'pods-not/c', 'pod', 'q']) await put(store, key(name), 'x');
    const page = await store.list(`${prefix}pods/`);
    assert.deepEqual(shown(page.entries), ['a=x', 'b=x']);
    assert.deepEqual(page.revision, await store.revision());
    assert.equal((await store.list(prefix)).entries.length, 5);
  });

  it('lists in the order of the bytes of keys', async () => {
    const { store, prefix, key } = await given();
    // In UTF-16, the last one would come before the one at U+FF5E.
    const names = ['-', '.', 'A', 'B', 'a', 'a\0', 'a-', 'aa', 'b', 'é', '\u20ac', '\uff5e', '\u{1f30d}'];
    for (const name of [...names].reverse()) await put(store, key(name));
    const listed = (await store.list(prefix)).entries.map(e => e.key);
    assert.deepEqual(listed, names.map(key));
    const after = await store.list(prefix, { after: key('\u20ac') });
    assert.deepEqual(
      after.entries.map(e => e.key),
      [key('\uff5e'), key('\u{1f30d}')],
    );
  });

  it('lists as of a revision, whatever was written since', async () => {
    const { store, prefix, key } = await given();
    const start = await store.revision();
    const a = await put(store, key('a'), '1');
    const b = await put(store, key('b'), '1');
    const a2 = accepted(await store.update(key('a'), bytes('2'), a));
    const gone = accepted(await store.delete(key('b')));
    const back = await put(store, key('b'), '3');
    const expected: [number, string[]][] = [
      [start, []],
      [a, ['a=1']],
      [b, ['a=1', 'b=1']],
      [a2, ['a=2', 'b=1']],
      [gone, ['a=2']],
      [back, ['a=2', 'b=3']],
    ];
    for (const [revision, entries] of expected) {
      const page = await store.list(prefix, { revision });
      assert.deepEqual(shown(page.entries), entries, `at ${revision}`);
      assert.equal(page.revision, revision);
    }
  });

  it('pages with a limit, the last key and whether more follow', async () => {
    const { store, prefix, key } = await given();
    for (const name of 'abcdefg') await put(store, key(name), name);
    const sizes: [number, boolean][] = [];
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.list(prefix, { limit: 3, ...(after !== undefined && { after }) });
      sizes.push([page.entries.length, page.more]);
      names.push(...page.entries.map(e => text(e.value)));
      after = page.more ? page.entries.at(-1)?.key : undefined;
    } while (after !== undefined);
    assert.deepEqual(sizes, [
      [3, true],
      [3, true],
      [1, false],
    ]);
    assert.equal(names.join(''), 'abcdefg');
  });

  it('pages consistently at a revision while others write', async () => {
    const { store, prefix, key } = await given();
    for (const name of 'bdfh') await put(store, key(name), 'old');
    const first = await store.list(prefix, { limit: 2 });
    accepted(await store.delete(key('f')));
    await put(store, key('a'), 'new');
    await put(store, key('e'), 'new');
    const h = await store.get(key('h'));
    accepted(await store.update(key('h'), bytes('new'), h?.revision ?? 0));
    const rest = await store.list(prefix, { limit: 2, revision: first.revision, after: key('d') });
    assert.deepEqual(shown([...first.entries, ...rest.entries]), ['b=old', 'd=old', 'f=old', 'h=old']);
    assert.deepEqual([first.more, rest.more, rest.revision], [true, false, first.revision]);
  });

  it('takes no limit, or 0, for all', async () => {
    const { store, prefix, key } = await given();
    for (const name of 'abc') await put(store, key(name));
    for (const options of [{}, { limit: 0 }]) {
      const page = await store.list(prefix, options);
      assert.deepEqual([page.entries.length, page.more], [3, false]);
    }
  });

  it('answers nothing after the last key, and all after one before the first', async () => {
    const { store, prefix, key } = await given();
    for (const name of 'abc') await put(store, key(name));
    assert.deepEqual((await store.list(prefix, { after: key('c') })).entries, []);
    assert.deepEqual((await store.list(prefix, { after: `${prefix}zzz` })).entries, []);
    assert.equal((await store.list(prefix, { after: '/' })).entries.length, 3);
  });

  it('does not answer at a revision that has not happened', async () => {
    const { store, prefix } = await given();
    const revision = await store.revision();
    await assert.rejects(store.list(prefix, { revision: revision + 1 }), (error: unknown) => {
      assert.ok(error instanceof FutureRevision);
      assert.deepEqual([error.asked, error.current], [revision + 1, revision]);
      return true;
    });
  });

  it('refuses what is no revision', async () => {
    const { store, prefix } = await given();
    for (const revision of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(async () => store.list(prefix, { revision }), RangeError, `${revision}`);
    }
  });
}
