import assert from 'node:assert/strict';
import { inParallel } from './in-parallel.js';

describe('inParallel', () => {
  it('works on all items, never more than so many at once, and answers the errors', async () => {
    let open = 0;
    let most = 0;
    const done: number[] = [];
    const errors = await inParallel([1, 2, 3, 4, 5], 2, async item => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
      if (item === 2) throw new Error('two is refused');
      done.push(item);
    });
    assert.deepEqual([most, done.sort(), errors.map(e => e.message)], [2, [1, 3, 4, 5], ['two is refused']]);
  });

  it('is done at once when there is nothing', async () => {
    assert.deepEqual(await inParallel([], 5, async () => assert.fail('called')), []);
  });
});
