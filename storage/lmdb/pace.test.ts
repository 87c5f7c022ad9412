import assert from 'node:assert/strict';
import { Pace } from './pace.js';

describe('the pace of commits', () => {
  it('lets them be done here while they are quick', () => {
    const pace = new Pace();
    for (const ms of [0.3, 0.9, 0.5]) {
      assert.ok(pace.next());
      pace.took(ms);
    }
    assert.ok(pace.next());
  });

  it('sends a hundred elsewhere after a slow one, and then tries one', () => {
    const pace = new Pace();
    for (let turn = 0; turn < 2; turn++) {
      assert.ok(pace.next());
      pace.took(8);
      assert.deepEqual(
        Array.from({ length: 100 }, () => pace.next()),
        new Array(100).fill(false),
      );
    }
    assert.ok(pace.next());
  });
});
