import assert from 'node:assert/strict';
import { Shutdown } from './shutdown.js';

describe('the shutdown of a server', () => {
  const watches = (count: number) => {
    const ended: number[] = [];
    const all = Array.from({ length: count }, (_, i) => ({ end: () => ended.push(i) }));
    return { ended, cache: { watchesToEnd: () => all } };
  };

  it('fails readiness from its beginning, and nothing else', async () => {
    const shutdown = new Shutdown({ now: () => 0, sleep: async () => undefined });
    assert.equal(shutdown.check.readinessOnly, true);
    assert.equal(await shutdown.check.check(), undefined);
    shutdown.begin();
    assert.equal(await shutdown.check.check(), 'process is shutting down');
  });

  it('ends watches evenly over its time', async () => {
    const { ended, cache } = watches(25);
    const counts: number[] = [];
    const sleep = async (): Promise<void> => void counts.push(ended.length);
    await new Shutdown({ now: () => 0, sleep }, { delayMs: 0, watchesMs: 1000 }).endWatches(cache);
    assert.deepEqual(counts, [2, 5, 7, 10, 12, 15, 17, 20, 22]);
    assert.deepEqual(ended, [...Array(25).keys()]);
  });

  it('ends them at once where no time is given', async () => {
    const { ended, cache } = watches(3);
    const sleep = (): never => assert.fail('there is nothing to wait for');
    const shutdown = new Shutdown({ now: () => 0, sleep });
    await shutdown.delay();
    await shutdown.endWatches(cache);
    assert.equal(ended.length, 3);
  });
});
