import assert from 'node:assert/strict';
import { line, median } from './figure.js';

describe('a figure', () => {
  it('is the median of what was measured', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
  });
  it('is told with its spread and what it stands beside', () => {
    const told = line({ what: 'x', unit: '/s', values: [50, 40, 60], upstream: 10, goal: 30, beside: [100] });
    assert.match(told, /^x +50 \/s {2}\(40\.\.60; n=3, goal 30, Kubernetes 10, 50 % of bare\)$/);
    assert.match(line({ what: 'x', unit: 's', values: [] }), /not measured/);
  });
});
