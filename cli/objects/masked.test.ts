import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { masked } from './masked.js';

const secret = (data?: Record<string, string>): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  ...(data ? { data } : {}),
});

describe('a Secret beside what it would be', () => {
  it('says which of its values change, and none of them', () => {
    const { before, after } = masked(
      secret({ same: 'a', other: 'b', gone: 'c' }),
      secret({ same: 'a', other: 'x', new: 'd' }),
    );
    assert.deepEqual(before?.data, { same: '***', other: '*** (before)', gone: '***' });
    assert.deepEqual(after.data, { same: '***', other: '*** (after)', new: '***' });
  });

  it('that is new, or holds nothing, is masked all the same', () => {
    assert.deepEqual(masked(undefined, secret({ a: 'b' })).after.data, { a: '***' });
    assert.deepEqual(masked(secret(), secret()).after, secret());
  });

  it('nothing else is', () => {
    const map = { ...secret({ a: 'b' }), kind: 'ConfigMap' };
    assert.deepEqual(masked(map, map), { before: map, after: map });
  });
});
