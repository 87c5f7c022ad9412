import assert from 'node:assert/strict';
import { keepCompacting } from './compaction.js';
import { HandClock } from './contract/hand-clock.js';
import { put } from './contract/harness.js';
import { openMemoryStore } from './memory/open.js';
import type { Store } from './store.js';

const MINUTE = 60_000;

describe('regular compaction', () => {
  function given(store?: Partial<Store>): {
    store: Store;
    clock: HandClock;
    failures: unknown[];
    stop(): Promise<void>;
  } {
    const clock = new HandClock();
    const opened = Object.assign(openMemoryStore({ clock }), store);
    const failures: unknown[] = [];
    const abort = new AbortController();
    const running = keepCompacting(opened, { clock, signal: abort.signal, failed: error => failures.push(error) });
    const stop = async (): Promise<void> => {
      abort.abort();
      await running;
      await opened.close();
    };
    return { store: opened, clock, failures, stop };
  }

  it('keeps what is younger than five minutes', async () => {
    const { store, clock, failures, stop } = given();
    await clock.advance(0);
    const compacted: number[] = [];
    for (let i = 0; i < 4; i++) {
      await put(store, `/${i}`);
      await clock.advance(5 * MINUTE);
      compacted.push(await store.compactedRevision());
    }
    assert.deepEqual(compacted, [1, 2, 3, 4]);
    assert.equal(await store.revision(), 5);
    assert.deepEqual(failures, []);
    await stop();
  });

  it('has nothing to do where nothing was written, or another was first', async () => {
    const { store, clock, failures, stop } = given();
    await clock.advance(0);
    await put(store, '/a');
    await store.compact(await put(store, '/b'));
    await clock.advance(5 * MINUTE);
    await clock.advance(5 * MINUTE);
    assert.equal(await store.compactedRevision(), 3);
    assert.deepEqual(failures, []);
    await stop();
  });

  it('says what failed, and tries again', async () => {
    const broken = new Error('broken');
    const { clock, failures, stop } = given({ compact: () => Promise.reject(broken) });
    await clock.advance(0);
    await clock.advance(5 * MINUTE);
    await clock.advance(5 * MINUTE);
    assert.deepEqual(failures, [broken, broken]);
    await stop();
  });
});
