import assert from 'node:assert/strict';
import { rotateAt } from './rotation.js';

describe('the certificates of a node', () => {
  const day = 86_400_000;
  const rows: [days: number, chance: number, after: number][] = [
    [365, 0, 255.5],
    [365, 0.5, 292],
    [10, 0.999, 8.998],
  ];
  for (const [days, chance, after] of rows)
    it(`of ${days} days are rotated after ${after}`, () => {
      const life = { notBefore: 1000 * day, notAfter: (1000 + days) * day };
      assert.equal(Math.round((rotateAt(life, chance) / day - 1000) * 1000) / 1000, after);
    });
});
