import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DemandMeter, smoothed } from './demand.js';
import { type Claim, share } from './sharing.js';

const claim = (nominal: number, more: Partial<Claim> = {}): Claim => ({
  nominal,
  least: nominal / 2,
  most: nominal * 2,
  high: 0,
  wanted: 0,
  ...more,
});

describe('seats that levels lend each other', () => {
  it('are shared as they are configured where all want the same part', () => {
    const busy = { high: 1000, wanted: 1000 };
    const { seats } = share([claim(100, busy), claim(100, busy)], 200);
    assert.deepEqual(seats, [100, 100]);
  });

  it('go from who needs few to who needs many, as far as one lends and the other borrows', () => {
    const busy = { high: 1000, wanted: 1000 };
    assert.deepEqual(share([claim(100, busy), claim(100)], 200).seats, [150, 50]);
    assert.deepEqual(share([claim(100, { ...busy, most: 120 }), claim(100)], 200).seats, [120, 80]);
    assert.deepEqual(share([claim(100, busy), claim(100, { least: 100 })], 200).seats, [100, 100]);
    assert.deepEqual(share([claim(100, { ...busy, most: 200 }), claim(100, { least: 0 })], 200).seats, [200, 1]);
  });

  it('come back at once to who uses its own again', () => {
    const busy = { high: 1000, wanted: 1000 };
    assert.deepEqual(share([claim(100, busy), claim(100, { high: 80, wanted: 60 })], 200).seats, [120, 80]);
  });

  it('law: stay within the bounds of each, and are together as many as there are, where the bounds allow it', () => {
    const whole = fc.integer({ min: 1, max: 300 });
    const claims = fc.array(
      fc.record({ nominal: whole, lends: fc.nat(100), borrows: fc.nat(300), high: fc.nat(600), wanted: fc.nat(600) }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(claims, drawn => {
        const all = drawn.map(({ nominal, lends, borrows, high, wanted }) => ({
          nominal,
          least: Math.round((nominal * (100 - lends)) / 100),
          most: nominal + Math.round((nominal * borrows) / 100),
          high,
          wanted,
        }));
        const server = all.reduce((sum, { nominal }) => sum + nominal, 0);
        const { seats } = share(all, server);
        seats.forEach((count, i) => {
          const { least, most } = all[i] as Claim;
          assert.ok(count >= Math.max(1, Math.floor(least)) && count <= Math.max(1, Math.ceil(most)), `${count}`);
        });
        const together = seats.reduce((sum, count) => sum + count, 0);
        assert.ok(together <= server + all.length, `${together} of ${server}`);
        const full = all.every(({ most }, i) => (seats[i] as number) >= Math.floor(most));
        const wantNothing = all.every(({ least, high, wanted }) => least === 0 && high === 0 && wanted === 0);
        if (!full && !wantNothing && all.every(({ least, high, wanted }) => Math.max(least, high, wanted) > 0)) {
          assert.ok(together >= server - all.length, `${together} of ${server}`);
        }
      }),
    );
  });
});

describe('what a level asks for', () => {
  it('is measured over time: the most, the average, and how far it strays', () => {
    const meter = new DemandMeter(0);
    meter.set(10, 0);
    meter.set(0, 5000);
    assert.deepEqual(meter.take(10_000), { high: 10, average: 5, deviation: 5 });
    assert.deepEqual(meter.take(20_000), { high: 0, average: 0, deviation: 0 });
    meter.set(3, 20_000);
    assert.deepEqual(meter.take(30_000), { high: 3, average: 3, deviation: 0 });
    assert.equal(meter.take(40_000).high, 3, 'who still has its seats asks for them');
  });

  it('is believed at once when it grows, and forgotten slowly', () => {
    assert.equal(smoothed(10, { high: 100, average: 50, deviation: 5 }), 55);
    const later = smoothed(100, { high: 0, average: 0, deviation: 0 });
    assert.ok(later > 97 && later < 98);
  });
});
