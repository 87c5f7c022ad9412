import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HandClock } from '../contract/hand-clock.js';
import { Deadlines, Expiry } from './expiry.js';

describe('deadlines', () => {
  it('come out in the order of time, and none before it is due', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (times, now) => {
        const deadlines = new Deadlines();
        times.forEach((at, revision) => {
          deadlines.add({ at, key: 'k', revision });
        });
        const due: number[] = [];
        for (let d = deadlines.takeDue(now); d !== undefined; d = deadlines.takeDue(now)) due.push(d.at);
        assert.deepEqual(
          due,
          times.filter(at => at <= now).sort((a, b) => a - b),
        );
        assert.equal(deadlines.earliest, times.filter(at => at > now).sort((a, b) => a - b)[0]);
      }),
    );
  });
});

describe('expiry', () => {
  it('wakes for a deadline that is earlier than the one it waits for', async () => {
    const clock = new HandClock();
    const expired: string[] = [];
    const stop = new AbortController();
    const expiry = new Expiry(clock, async key => {
      expired.push(key);
    });
    const running = expiry.run(stop.signal);
    expiry.add({ at: clock.now() + 5000, key: 'late', revision: 2 });
    await clock.advance(0);
    expiry.add({ at: clock.now() + 1000, key: 'early', revision: 3 });
    await clock.advance(0);
    await clock.advance(999);
    assert.deepEqual(expired, []);
    await clock.advance(1);
    assert.deepEqual(expired, ['early']);
    await clock.advance(4000);
    assert.deepEqual(expired, ['early', 'late']);
    stop.abort();
    await running;
  });
});
