import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/types.js';
import { barrierTimeoutMs, type Seen, WriteBarrier } from './barrier.js';

const object = (rv: string, uid = 'u', deletionTimestamp?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', uid, resourceVersion: rv, ...(deletionTimestamp ? { deletionTimestamp } : {}) },
});
const seen = (resourceVersion: string, held?: KubeObject): Seen => ({ resourceVersion, cache: { get: () => held } });

describe('WriteBarrier', () => {
  const written: [string, Seen, boolean][] = [
    ['the cache is behind', seen('9', object('8')), false],
    ['the object has not come yet', seen('9'), false],
    ['the cache has passed the write', seen('10'), true],
    ['a bookmark passed it', seen('11', object('8')), true],
    ['the object itself is there', seen('9', object('10')), true],
  ];
  for (const [what, informer, open] of written) {
    it(`a write at 10: ${what}`, () => {
      const barrier = new WriteBarrier();
      barrier.wrote('k', informer, 'p', '10', 0);
      assert.equal(barrier.remaining('k', 0), open ? 0 : barrierTimeoutMs);
      assert.equal(barrier.remaining('other', 0), 0);
    });
  }

  const deleted: [string, Seen, boolean][] = [
    ['it is still there', seen('9', object('8')), false],
    ['it is gone', seen('9'), true],
    ['it is being deleted', seen('9', object('9', 'u', '2026-01-01T00:00:00Z')), true],
    ['another took its name', seen('9', object('9', 'v')), true],
  ];
  for (const [what, informer, open] of deleted) {
    it(`a deletion: ${what}`, () => {
      const barrier = new WriteBarrier();
      barrier.deleted('k', informer, 'p', 'u', 0);
      assert.equal(barrier.remaining('k', 0) === 0, open);
    });
  }

  it('waits for all writes of the key, and opens as the cache catches up', () => {
    const barrier = new WriteBarrier();
    const informer = { resourceVersion: '1', cache: { get: () => undefined } };
    barrier.wrote('k', informer, 'p', '5', 0);
    barrier.wrote('k', informer, 'q', '7', 10);
    informer.resourceVersion = '5';
    assert.equal(barrier.remaining('k', 10), barrierTimeoutMs);
    informer.resourceVersion = '7';
    assert.equal(barrier.remaining('k', 10), 0);
  });

  it('does not wait for ever for a write that the cache will never show', () => {
    const barrier = new WriteBarrier();
    barrier.wrote('k', seen('1'), 'p', '5', 100);
    assert.equal(barrier.remaining('k', 100 + barrierTimeoutMs - 1), 1);
    assert.equal(barrier.remaining('k', 100 + barrierTimeoutMs), 0);
    assert.equal(barrier.remaining('k', 0), 0, 'and is forgotten');
  });
});
