import assert from 'node:assert/strict';
import { overlap, podRangeFor } from './pod-ranges.js';

describe('the ranges of pods', () => {
  const overlaps: [one: string, other: string, expected: boolean][] = [
    ['10.245.0.0/24', '10.245.0.0/24', true],
    ['10.245.0.0/24', '10.245.0.7', true],
    ['10.245.0.0/24', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.245.0.0/24', true],
    ['10.245.0.0/24', '10.245.1.0/24', false],
    ['10.245.0.0/24', 'default', false],
    ['10.245.0.0/24', '0.0.0.0/0', false],
  ];
  for (const [one, other, expected] of overlaps)
    it(`${one} ${expected ? 'touches' : 'does not touch'} ${other}`, () => assert.equal(overlap(one, other), expected));

  it('are the n-th of node n, or the next that is free', () => {
    assert.equal(podRangeFor('10.244.0.0/16', 2, ['10.244.0.0/24']), '10.244.2.0/24');
    assert.equal(podRangeFor('10.244.0.0/16', 1, ['10.244.1.0/24', '10.244.2.0/25']), '10.244.3.0/24');
    assert.equal(podRangeFor('10.244.0.0/16', 255, ['10.244.255.0/24', '10.244.0.0/24']), '10.244.1.0/24');
    assert.equal(podRangeFor('10.244.0.0/23', 1, ['10.244.0.0/23']), undefined);
    assert.equal(podRangeFor('10.244.0.0/26', 1, []), undefined);
    assert.equal(podRangeFor('200.0.0.0/8', 65_535, []), '200.255.255.0/24');
  });
});
