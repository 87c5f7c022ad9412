import assert from 'node:assert/strict';
import { ageOf, humanDuration } from './duration.js';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe('durations for people', () => {
  const table: [seconds: number, said: string][] = [
    [-5, '<invalid>'],
    [-1.5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [187, '3m7s'],
    [10 * minute + 5, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [3 * day + 4 * hour, '3d4h'],
    [8 * day + 4 * hour, '8d'],
    [729 * day, '729d'],
    [750 * day, '2y20d'],
    [9 * 365 * day, '9y'],
  ];
  for (const [seconds, said] of table) {
    it(`says ${said} for ${seconds} seconds`, () => assert.equal(humanDuration(seconds * 1000), said));
  }

  it('counts from a timestamp, where there is one', () => {
    assert.equal(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:42Z')), '42s');
    assert.equal(ageOf(undefined, 0), '<unknown>');
  });
});
