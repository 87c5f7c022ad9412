import assert from 'node:assert/strict';
import { node, noon } from '../testing/objects.js';
import { evictionGapMs } from './disruption.js';
import { EvictionTurns } from './eviction-turns.js';

const zone = (name: string, ready: number, silent: number) =>
  Array.from({ length: ready + silent }, (_, i) =>
    node(
      `${name}-${i}`,
      { Ready: i < ready ? 'True' : 'Unknown' },
      { labels: { 'topology.kubernetes.io/zone': name } },
    ),
  );

describe('the time between one emptied node and the next', () => {
  const rows: [when: string, nodes: ReturnType<typeof zone>, gapMs: number][] = [
    ['one of three is silent', zone('a', 2, 1), 10_000],
    ['two of three are silent', zone('a', 1, 2), 10_000],
    ['three of five are silent', zone('a', 2, 3), Infinity],
    ['three of seven are silent', zone('a', 4, 3), 10_000],
    ['most of a large zone is silent', zone('a', 20, 40), 100_000],
    ['all nodes are silent', zone('a', 0, 3), Infinity],
    ['all of the zone is silent, and another lives', [...zone('a', 0, 3), ...zone('b', 1, 0)], 10_000],
    ['the only node is silent', zone('a', 0, 1), Infinity],
  ];
  for (const [when, nodes, gapMs] of rows) {
    it(`is ${gapMs} ms when ${when}`, () => assert.equal(evictionGapMs('/a', nodes), gapMs));
  }
});

describe('EvictionTurns', () => {
  const nodes = zone('a', 4, 2);
  const [, , , , first, second] = nodes;
  assert.ok(first && second);

  it('takes one node of a zone after the other', () => {
    const turns = new EvictionTurns(40_000);
    assert.deepEqual(turns.of(first, nodes, noon), { evictions: 'now' });
    turns.taken(first, noon);
    assert.deepEqual(turns.of(second, nodes, noon + 4000), { evictions: 'later', waitMs: 6000 });
    assert.deepEqual(turns.of(second, nodes, noon + 10_000), { evictions: 'now' });
  });

  it('rests while no node is ready, and gives the others time once one is back', () => {
    const turns = new EvictionTurns(40_000);
    const [silent] = zone('a', 0, 2);
    assert.ok(silent);
    assert.deepEqual(turns.of(silent, zone('a', 0, 2), noon), { evictions: 'never' });
    assert.deepEqual(turns.of(first, nodes, noon + 1000), { evictions: 'later', waitMs: 40_000 });
    assert.deepEqual(turns.of(first, nodes, noon + 41_000), { evictions: 'now' });
  });
});
