import assert from 'node:assert/strict';
import { Pacing } from './pacing.js';

describe('Pacing', () => {
  it('lets the first through, holds what follows until the gap has passed, and each key for itself', () => {
    const pacing = new Pacing(50);
    assert.equal(pacing.waitMs('a', 1000), 0);
    pacing.wrote('a', 1000);
    assert.equal(pacing.waitMs('a', 1020), 30);
    assert.equal(pacing.waitMs('b', 1020), 0);
    assert.equal(pacing.waitMs('a', 1050), 0);
  });

  it('does not hold a key for ever when the clock is set back, nor one that was forgotten', () => {
    const pacing = new Pacing(50);
    pacing.wrote('a', 1000);
    assert.equal(pacing.waitMs('a', 10), 0);
    pacing.forget('a');
    assert.equal(pacing.waitMs('a', 1001), 0);
  });
});
