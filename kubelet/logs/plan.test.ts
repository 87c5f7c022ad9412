import assert from 'node:assert/strict';
import { rotationPlan } from './plan.js';

const now = Date.UTC(2026, 0, 2, 15, 4, 5, 678);
const plan = (files: string[], maxFiles = 5) => rotationPlan('0.log', files, now, { maxBytes: 1, maxFiles });
const old = (day: number, end = ''): string => `0.log.202601${String(day).padStart(2, '0')}-000000${end}`;

describe('the rotation of a log', () => {
  it('gives it a name with its time', () =>
    assert.deepEqual(plan(['0.log', '1.log', '1.log.20260101-000000']), {
      remove: [],
      compress: [],
      rotated: '0.log.20260102-150405',
    }));
  it('compresses those of before', () => assert.deepEqual(plan([old(2), old(1, '.gz'), '0.log']).compress, [old(2)]));
  it('keeps as many as it may, with itself and its successor', () => {
    const { remove, compress } = plan([old(4), old(3, '.gz'), old(2, '.gz'), old(1, '.gz'), '0.log']);
    assert.deepEqual([remove, compress], [[old(1, '.gz')], [old(4)]]);
    assert.deepEqual(plan([old(2), old(1, '.gz'), '0.log'], 2).remove, [old(1, '.gz'), old(2)]);
  });
  it('removes what a kubelet that died has left', () => {
    const { remove, compress } = plan([old(1), old(1, '.gz'), old(2), old(2, '.tmp')]);
    assert.deepEqual([remove, compress], [[old(1), old(2, '.tmp')], [old(2)]]);
  });
});
