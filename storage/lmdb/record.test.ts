import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeValue, decodeVersion, encodeRecord } from './record.js';

describe('a record', () => {
  it('comes back as it was', () => {
    const change = fc.record({
      key: fc.string({ unit: 'grapheme', minLength: 1 }),
      revision: fc.maxSafeNat(),
      createRevision: fc.maxSafeNat(),
      deleted: fc.boolean(),
      expiresAt: fc.maxSafeNat(),
      value: fc.uint8Array(),
    });
    fc.assert(
      fc.property(change, ({ value, ...version }) => {
        const record = encodeRecord({ ...version, value });
        assert.deepEqual(decodeVersion(version.revision, record), version);
        assert.deepEqual(new Uint8Array(decodeValue(record)), value);
      }),
    );
  });

  it('that is damaged is said to be', () => {
    const version = { key: '/a', revision: 7, createRevision: 7, deleted: false, expiresAt: 0 };
    const record = encodeRecord({ ...version, value: new Uint8Array(0) });
    record[0] = 9;
    assert.throws(() => decodeVersion(7, record), /revision 7 is damaged: it starts with 9/);
  });
});
