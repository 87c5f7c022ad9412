import assert from 'node:assert/strict';
import { HandClock } from '../contract/hand-clock.js';
import { LeasePool } from './leases.js';

function given(): { clock: HandClock; granted: number[]; pool: LeasePool } {
  const clock = new HandClock();
  const granted: number[] = [];
  const grant = async (seconds: number): Promise<string> => `lease ${granted.push(seconds)}`;
  return { clock, granted, pool: new LeasePool(grant, clock) };
}

describe('leases', () => {
  it('are shared by keys with the same time to live that come close together', async () => {
    const { clock, granted, pool } = given();
    assert.equal(await pool.lease(3600), 'lease 1');
    await clock.advance(60_000);
    assert.equal(await pool.lease(3600), 'lease 1');
    await clock.advance(1);
    assert.equal(await pool.lease(3600), 'lease 2');
    assert.deepEqual(granted, [3660, 3660], 'so that no key lives shorter than it should');
  });

  it('of other times to live are others', async () => {
    const { granted, pool } = given();
    assert.deepEqual(await Promise.all([pool.lease(100), pool.lease(200), pool.lease(100)]), [
      'lease 1',
      'lease 2',
      'lease 1',
    ]);
    assert.deepEqual(granted, [105, 210]);
  });

  it('carry a thousand keys at most', async () => {
    const { granted, pool } = given();
    const leases = await Promise.all(Array.from({ length: 1001 }, () => pool.lease(3600)));
    assert.equal(granted.length, 2);
    assert.deepEqual([leases[999], leases[1000]], ['lease 1', 'lease 2']);
  });

  it('that are gone are not given out again', async () => {
    const { pool } = given();
    const first = pool.lease(3600);
    await first;
    pool.forget(3600, first);
    assert.equal(await pool.lease(3600), 'lease 2');
    pool.forget(3600, first);
    assert.equal(await pool.lease(3600), 'lease 2', 'the new one was not meant');
  });

  it('that were refused are asked for again', async () => {
    let refusals = 1;
    const grant = async (): Promise<string> => {
      if (refusals-- > 0) throw new Error('no leader');
      return 'lease';
    };
    const pool = new LeasePool(grant, new HandClock());
    await assert.rejects(pool.lease(10), /no leader/);
    assert.equal(await pool.lease(10), 'lease');
  });
});
