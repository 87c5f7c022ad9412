import assert from 'node:assert/strict';
import { RecentValues } from './recent-values.js';

describe('recent values', () => {
  it('keep the newest ones, within their bytes', () => {
    const recent = new RecentValues(10);
    for (let revision = 2; revision < 8; revision++) recent.add(revision, new Uint8Array(3).fill(revision));
    assert.deepEqual(
      [2, 3, 4, 5, 6, 7].filter(r => recent.get(r) !== undefined),
      [5, 6, 7],
    );
    assert.equal(recent.bytes, 9);
    assert.deepEqual(recent.get(7), new Uint8Array([7, 7, 7]));
  });

  it('do not keep what alone is too large', () => {
    const recent = new RecentValues(10);
    recent.add(2, new Uint8Array(11));
    assert.equal(recent.get(2), undefined);
    assert.equal(recent.bytes, 0);
  });
});
