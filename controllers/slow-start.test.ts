import assert from 'node:assert/strict';
import { slowStart } from './slow-start.js';

/** Runs a slow start whose calls end when the whole batch is open, and tells the size of each batch. */
async function batches(count: number, failing: (call: number) => boolean = () => false) {
  const sizes: number[] = [];
  let calls = 0;
  let open = 0;
  const result = await slowStart(count, async () => {
    const call = ++calls;
    open++;
    await Promise.resolve();
    if (open > 0) {
      sizes.push(open);
      open = 0;
    }
    if (failing(call)) throw new Error(`call ${call} was refused`);
  });
  return { sizes, calls, ...result };
}

describe('slowStart', () => {
  it('doubles its batches until the count is reached', async () => {
    const { sizes, done, error } = await batches(10);
    assert.deepEqual(sizes, [1, 2, 4, 3]);
    assert.deepEqual({ done, error }, { done: 10, error: undefined });
  });

  it('asks once when everything is refused', async () => {
    const { calls, done, error } = await batches(500, () => true);
    assert.equal(calls, 1);
    assert.equal(done, 0);
    assert.match(error?.message ?? '', /call 1 was refused/);
  });

  it('finishes the batch in which something fails, and begins no other', async () => {
    const { calls, done, error } = await batches(10, call => call === 3);
    assert.equal(calls, 3);
    assert.equal(done, 2);
    assert.match(error?.message ?? '', /call 3/);
  });

  it('does nothing for a count of none', async () => {
    assert.equal((await batches(0)).calls, 0);
  });
});
