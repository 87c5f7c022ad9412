import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compareKeys, lowerBound, SortedKeys } from './order.js';

const anyKey = fc.string({ unit: 'binary' });

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    assert.ok(compareKeys('\uff5e', '\u{1f30d}') < 0, 'where UTF-16 would have it otherwise');
  });

  it('finds the first that is at or past', () => {
    for (const [wanted, index] of [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 3],
      [5, 4],
    ] as const) {
      assert.equal(
        lowerBound([1, 3, 3, 4], n => n >= wanted),
        index,
        `${wanted}`,
      );
    }
  });
});

describe('sorted keys', () => {
  it('hold what a sorted array would, over many chunks', () => {
    const number = fc.nat(5000);
    fc.assert(
      fc.property(
        fc.uniqueArray(number, { minLength: 1500, maxLength: 3000 }),
        fc.array(number),
        number,
        (added, deleted, start) => {
          const keys = new SortedKeys();
          for (const n of added) keys.add(`k${n}`);
          const left = new Set(added.map(n => `k${n}`));
          for (const n of deleted) {
            keys.delete(`k${n}`);
            left.delete(`k${n}`);
          }
          const expected = [...left].filter(k => k >= `k${start}`).sort();
          assert.deepEqual([...keys.from(`k${start}`)], expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('are in the order of their bytes, whether they came one by one or together', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyKey), fc.uniqueArray(fc.string({ maxLength: 4 })), (some, plain) => {
        for (const all of [[...new Set([...some, ...plain])], plain]) {
          const expected = [...all].sort(compareKeys);
          const [added, filled] = [new SortedKeys(), new SortedKeys()];
          for (const key of all) added.add(key);
          filled.fill(all);
          assert.deepEqual([...added.from('')], expected);
          assert.deepEqual([...filled.from('')], expected);
        }
      }),
    );
  });

  it('hold nothing after all were deleted, and can be filled again', () => {
    const keys = new SortedKeys();
    const all = Array.from({ length: 2000 }, (_, i) => `k${i}`);
    for (const key of all) keys.add(key);
    for (const key of all) keys.delete(key);
    assert.deepEqual([...keys.from('')], []);
    keys.add('again');
    assert.deepEqual([...keys.from('')], ['again']);
  });
});
