import assert from 'node:assert/strict';
import { line, median } from './figure.js';

describe('a figure', () => {
  it('is the median of what was measured', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
  it('is told with its spread and what it stands beside', () => {
    const told = line({ what: 'x', unit: '/s', values: [500, 400, 600], upstream: 10, goal: 30, beside: [1000] });
    assert.match(told, /^x +500 \/s {2}\(400\.\.600; n=3, goal 30, Kubernetes 10, 50 % of bare\)$/);
    const costly = line({ what: 'x', unit: '/s', values: [50], beside: [100], goalShare: 60, micros: [7, 9, 8] });
    assert.match(costly, /^x +50\.0 \/s {2}\(50\.0\.\.50\.0; n=1, 50 % of bare, goal 60 %, 8 us of CPU each\)$/);
    assert.match(line({ what: 'x', unit: 's', values: [2], micros: [1_500_000] }), /2\.00 s .*n=1, 1\.50 s of CPU\)$/);
    assert.match(line({ what: 'x', unit: 's', values: [] }), /not measured/);
  });
});
