import assert from 'node:assert/strict';
import { bytesToFree, type HeldImage, imagesToRemove, usualLimits } from './collect-plan.js';

const now = 10_000_000;
const disk = (usedPercent: number) => ({ capacityBytes: 1000, availableBytes: 1000 - usedPercent * 10 });
const image = (id: string, more: Partial<HeldImage> = {}): HeldImage => ({
  id,
  bytes: 10,
  since: 0,
  usedAt: 0,
  ...more,
});
const chosen = (bytes: number, ...images: HeldImage[]): string[] =>
  imagesToRemove(images, bytes, now, usualLimits).map(({ id }) => id);

describe('images that have to go', () => {
  it('are none below the high threshold, and go down to the low one', () => {
    const cases: [usedPercent: number, bytes: number][] = [
      [0, 0],
      [84, 0],
      [85, 50],
      [100, 200],
    ];
    for (const [used, bytes] of cases) assert.equal(bytesToFree(disk(used), usualLimits), bytes, `${used} %`);
    assert.equal(bytesToFree({ capacityBytes: 0, availableBytes: 0 }, usualLimits), 0);
  });
  it('are those longest unused, and no more than needed', () => {
    const images = [image('c', { usedAt: 3 }), image('b', { usedAt: 2 }), image('a')];
    assert.deepEqual(chosen(1, ...images), ['a']);
    assert.deepEqual(chosen(11, ...images), ['a', 'b']);
    assert.deepEqual(chosen(100, ...images), ['a', 'b', 'c']);
    assert.deepEqual(chosen(0, ...images), []);
  });
  it('are the oldest of those that were never used', () =>
    assert.deepEqual(chosen(1, image('a', { since: 2 }), image('b', { since: 1 })), ['b']));
  it('are those that a clock ahead of this one has seen come', () =>
    assert.deepEqual(chosen(100, image('a', { since: now + 3_600_000 })), ['a']));
  it('are not those that have just come', () =>
    assert.deepEqual(chosen(100, image('a', { since: now - 119_999 }), image('b', { since: now - 120_000 })), ['b']));
});
