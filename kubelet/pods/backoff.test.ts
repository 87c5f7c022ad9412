import assert from 'node:assert/strict';
import { afterRestart, backoffOf, goSeconds, type RestartBackoff, restartAt } from './backoff.js';
import type { ContainerSeen } from './seen.js';

describe('the back-off of restarts', () => {
  it('is nothing at first, then 10 s, doubling to 5 minutes', () => {
    let backoff: RestartBackoff | undefined;
    const waits: number[] = [];
    let now = 0;
    for (let restarts = 0; restarts < 8; restarts++) {
      const finishedAt = now + 100;
      const at = restartAt(backoff, finishedAt);
      waits.push((at - finishedAt) / 1000);
      now = at;
      backoff = afterRestart(backoff, now);
    }
    assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('is forgotten after ten minutes', () => {
    const backoff = { delayMs: 160_000, at: 0 };
    assert.equal(restartAt(backoff, 600_001), 600_001);
    assert.deepEqual(afterRestart(backoff, 600_001), { delayMs: 10_000, at: 600_001 });
    assert.equal(restartAt(backoff, 600_000), 760_000);
  });

  it('is read off a container, for another of the same image', () => {
    const seen = { restartDelayMs: 20_000, createdAt: 5, hash: 'h' } as ContainerSeen;
    assert.deepEqual(backoffOf(seen, { hash: 'h' }), { delayMs: 20_000, at: 5 });
    assert.equal(backoffOf(seen, { hash: 'mended' }), undefined);
    assert.equal(backoffOf({ ...seen, restartDelayMs: 0 }, { hash: 'h' }), undefined);
  });

  it('is printed as Go does', () => {
    assert.deepEqual([10_000, 20_000, 80_000, 300_000].map(goSeconds), ['10s', '20s', '1m20s', '5m0s']);
  });
});
