import assert from 'node:assert/strict';
import { ManualClock, settled } from '../client/testing/clock.js';
import { Announced } from './cri/announced.js';
import { Limit } from './limit.js';

describe('a limit', () => {
  it('lets so many work at a time, and the others in their order', async () => {
    const limit = new Limit(2, new ManualClock(), 60_000);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map(n =>
      limit.run(async () => {
        started.push(n);
        await new Promise<void>(resolve => ends.push(resolve));
        if (n === 0) throw new Error('failed');
        return n;
      }),
    );
    await settled();
    assert.deepEqual(started, [0, 1]);
    ends[0]?.();
    await assert.rejects(all[0] as Promise<number>, /failed/);
    await settled();
    assert.deepEqual(started, [0, 1, 2]);
    for (let i = 1; i < 4; i++) {
      ends[i]?.();
      await settled();
    }
    assert.deepEqual(await Promise.all(all.slice(1)), [1, 2, 3]);
  });

  it('lets those ahead that end what was begun', async () => {
    const limit = new Limit(1, new ManualClock(), 60_000);
    const done: string[] = [];
    const work = (name: string) => async () => void done.push(name);
    const sandboxes = ['a', 'b', 'c'].map(name => limit.run(work(`begin ${name}`)));
    await Promise.all([...sandboxes, limit.runAhead(work('finish x')), limit.runAhead(work('finish y'))]);
    assert.deepEqual(done, ['begin a', 'finish x', 'finish y', 'begin b', 'begin c']);
  });

  it('gives the place of work that does not end to another, once', async () => {
    const clock = new ManualClock();
    const limit = new Limit(1, clock, 60_000);
    const started: string[] = [];
    let end: () => void = () => {};
    const begin = (name: string, work: Promise<void>) =>
      limit.run(() => {
        started.push(name);
        return work;
      });
    const hangs = begin(
      'hangs',
      new Promise(resolve => {
        end = resolve;
      }),
    );
    const next = begin('next', Promise.resolve());
    await clock.advance(59_999);
    await settled();
    assert.deepEqual(started, ['hangs']);
    await clock.advance(1);
    await next;
    end();
    await hangs;
    const never = begin('again', new Promise(() => {}));
    void never;
    void begin('waits', Promise.resolve());
    await settled();
    assert.deepEqual(started, ['hangs', 'next', 'again'], 'no place was made of nothing');
  });
});

describe('announced ids', () => {
  it('are remembered until they are seen, and not without end', () => {
    const exits = new Announced();
    for (let i = 0; i < 1500; i++) exits.add(`id-${i}`);
    assert.equal(exits.has('id-499'), false);
    assert.equal(exits.has('id-500'), true);
    exits.forget('id-500');
    assert.equal(exits.has('id-500'), false);
  });
});
