import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyAfter, NUL, prefixEnd, rangeOf } from './keys.js';

describe('the end of a prefix', () => {
  const cases: [prefix: number[], end: number[]][] = [
    [[0x2f], [0x30]],
    [
      [0x61, 0x62],
      [0x61, 0x63],
    ],
    [[0x61, 0xff, 0xff], [0x62]],
    [[0xff, 0xff], [0]],
    [[], [0]],
  ];
  for (const [prefix, end] of cases) {
    it(`of [${prefix}] is [${end}]`, () => assert.deepEqual([...prefixEnd(Buffer.from(prefix))], end));
  }

  it('is after every key with the prefix, and not after any other that follows', () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, some, (prefix, other) => {
        const end = prefixEnd(Buffer.from(prefix));
        const isInside = Buffer.compare(other, prefix) >= 0 && (end.equals(NUL) || Buffer.compare(other, end) < 0);
        assert.equal(isInside, Buffer.from(other).subarray(0, prefix.length).equals(prefix));
      }),
    );
  });
});

describe('ranges', () => {
  it('of all keys go from NUL to the end', () => {
    assert.deepEqual(rangeOf(Buffer.from('')), { key: NUL, range_end: NUL });
    assert.deepEqual(rangeOf(Buffer.from('/a/')), { key: Buffer.from('/a/'), range_end: Buffer.from('/a0') });
  });

  it('go on right after a key', () => {
    assert.deepEqual(keyAfter(Buffer.from('/a')), Buffer.from('/a\0'));
  });
});
