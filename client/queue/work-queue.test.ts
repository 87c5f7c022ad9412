import assert from 'node:assert/strict';
import { ManualClock, settled } from '../testing/clock.js';
import { exponential, jittered } from './backoff.js';
import { WorkQueue } from './work-queue.js';

const queue = (): { q: WorkQueue<string>; clock: ManualClock } => {
  const clock = new ManualClock();
  return { q: new WorkQueue<string>(clock), clock };
};

/** The keys that can be taken now, each done at once. */
async function drain(q: WorkQueue<string>): Promise<string[]> {
  const keys: string[] = [];
  while (q.length > 0) {
    const key = await q.take();
    assert.ok(key);
    keys.push(key);
    q.done(key);
  }
  return keys;
}

describe('WorkQueue', () => {
  it('gives keys in order, each once however often it was added', async () => {
    const { q } = queue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) q.add(key);
    assert.deepEqual(await drain(q), ['a', 'b', 'c']);
  });

  it('never gives a key that is worked on; it comes again afterwards, behind those that wait', async () => {
    const { q } = queue();
    q.add('a');
    assert.equal(await q.take(), 'a');
    q.add('a');
    q.add('b');
    assert.equal(q.length, 1);
    q.done('a');
    assert.deepEqual(await drain(q), ['b', 'a']);
  });

  it('serves takers that wait, in their order', async () => {
    const { q } = queue();
    const taken = [q.take(), q.take()];
    q.add('a');
    q.add('b');
    assert.deepEqual(await Promise.all(taken), ['a', 'b']);
  });

  it('adds later, at the earliest of the moments asked for', async () => {
    const { q, clock } = queue();
    q.addAfter('a', 100);
    q.addAfter('b', 50);
    q.addAfter('a', 20);
    q.addAfter('now', 0);
    assert.deepEqual(await drain(q), ['now']);
    await clock.advance(19);
    assert.equal(q.length, 0);
    await clock.advance(1);
    assert.deepEqual(await drain(q), ['a']);
    await clock.advance(30);
    assert.deepEqual(await drain(q), ['b']);
    await clock.advance(1000);
    assert.equal(q.length, 0);
  });

  it('backs off per key from 5 ms, doubling to 1000 s, until it is forgotten', () => {
    const { q } = queue();
    const waits = Array.from({ length: 20 }, () => q.addAfterFailure('a'));
    assert.deepEqual(waits.slice(0, 5), [5, 10, 20, 40, 80]);
    assert.equal(waits.at(-1), 1_000_000);
    assert.equal(q.addAfterFailure('b'), 5);
    q.forget('a');
    assert.equal(q.failures('a'), 0);
    assert.equal(q.addAfterFailure('a'), 5);
  });

  it('on shutdown releases its takers, and drops what waits and what comes', async () => {
    const { q, clock } = queue();
    q.addAfter('later', 10);
    const waiting = q.take();
    q.shutdown();
    q.add('a');
    await clock.advance(10);
    assert.equal(await waiting, undefined);
    assert.equal(await q.take(), undefined);
    assert.equal(q.length, 0);
    await settled();
    assert.equal(clock.sleeping, 0);
  });
});

describe('back-off', () => {
  it('doubles to its end, without overflow', () => {
    const backoff = { baseMs: 100, maxMs: 1000 };
    assert.deepEqual(
      [1, 2, 3, 4, 5, 5000].map(n => exponential(backoff, n)),
      [100, 200, 400, 800, 1000, 1000],
    );
  });
  it('is spread over its upper half', () => {
    const backoff = { baseMs: 100, maxMs: 1000 };
    assert.equal(
      jittered(backoff, 1, () => 0),
      50,
    );
    assert.equal(
      jittered(backoff, 1, () => 0.5),
      75,
    );
  });
});
