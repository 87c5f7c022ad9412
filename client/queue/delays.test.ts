import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Delays } from './delays.js';

describe('Delays', () => {
  it('gives back each item once, at its earliest moment, in order (against a plain model)', () => {
    const entry = fc.tuple(fc.nat(9), fc.nat(50));
    fc.assert(
      fc.property(fc.array(entry), fc.nat(60), (entries, now) => {
        const delays = new Delays<number>();
        const model = new Map<number, number>();
        for (const [item, at] of entries) {
          delays.add(item, at);
          model.set(item, Math.min(at, model.get(item) ?? at));
        }
        const due = [...model].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
        const moments = delays.due(now).map(item => model.get(item));
        assert.deepEqual(
          moments,
          due.map(([, at]) => at),
        );
        assert.equal(delays.size, model.size - due.length);
        const later = [...model.values()].filter(at => at > now);
        assert.equal(delays.nextAt(), later.length === 0 ? undefined : Math.min(...later));
      }),
    );
  });
});
