import assert from 'node:assert/strict';
import { Counter, Histogram, Registry } from 'prom-client';
import { counter, histogram } from './series.js';

/** What prom-client's own metrics say of the same. */
describe('series', () => {
  const described = { name: 'asked_total', help: 'What was asked' };
  const seconds = { name: 'took_seconds', help: 'How long it took' };

  it('are rendered as a counter of prom-client is', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const count = counter(ours, described);
    const oracle = new Counter({ ...described, labelNames: ['verb', 'code'], registers: [theirs] });
    for (const [verb, code] of [
      ['GET', 200],
      ['PUT', 409],
      ['GET', 200],
    ] as const) {
      count(`${verb} ${code}`, () => ({ verb, code }));
      oracle.inc({ verb, code });
    }
    assert.equal(await ours.metrics(), await theirs.metrics());
  });

  it('are rendered as a histogram of prom-client is: a value on a bound is within it, one above all in +Inf', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const buckets = [0.1, 1, 10];
    const observe = histogram(ours, seconds, buckets);
    const oracle = new Histogram({ ...seconds, labelNames: ['verb'], buckets, registers: [theirs] });
    for (const value of [0.05, 0.1, 0.5, 1, 10, 10.5, 0]) {
      observe('GET', () => ({ verb: 'GET' }), value);
      oracle.observe({ verb: 'GET' }, value);
    }
    observe('PUT', () => ({ verb: 'PUT' }), 3);
    oracle.observe({ verb: 'PUT' }, 3);
    assert.equal(await ours.metrics(), await theirs.metrics());
  });

  it('that are too many are not kept', async () => {
    const registry = new Registry();
    const count = counter(registry, described);
    for (let i = 0; i < 10_005; i++) count(`${i}`, () => ({ i }));
    const lines = (await registry.metrics()).split('\n').filter(line => line.startsWith('asked_total'));
    assert.equal(lines.length, 10_000);
  });
});
