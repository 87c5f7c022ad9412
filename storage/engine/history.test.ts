import assert from 'node:assert/strict';
import fc from 'fast-check';
import { History } from './history.js';
import type { Version } from './journal.js';

/** 'a' is a put of a, '-a' its deletion; the first is revision 2. */
function versionsOf(story: string): Version[] {
  const created = new Map<string, number>();
  return story.split(' ').map((word, i) => {
    const revision = i + 2;
    const deleted = word.startsWith('-');
    const key = word.replace('-', '');
    const createRevision = created.get(key) ?? revision;
    if (deleted) created.delete(key);
    else created.set(key, createRevision);
    return { key, revision, createRevision, deleted, expiresAt: 0 };
  });
}

function historyOf(story: string): History {
  const history = new History();
  for (const version of versionsOf(story)) history.append(version);
  return history;
}

const inWords = (versions: Iterable<Version>): string[] =>
  [...versions].map(v => `${v.deleted ? '-' : ''}${v.key}@${v.revision}`);

describe('the history', () => {
  it('knows each key at each revision', () => {
    const history = historyOf('a b a -b b');
    const expected: [number, string[]][] = [
      [1, []],
      [2, ['a@2']],
      [3, ['a@2', 'b@3']],
      [4, ['a@4', 'b@3']],
      [5, ['a@4']],
      [6, ['a@4', 'b@6']],
    ];
    for (const [revision, entries] of expected) assert.deepEqual(inWords(history.range('', revision)), entries);
  });

  it('is read in portions that follow each other', () => {
    const history = historyOf('a b a a b a');
    assert.deepEqual(inWords(history.since('a', 2, 2).versions), ['a@2', 'a@4']);
    assert.equal(history.since('a', 2, 2).next, 5);
    assert.deepEqual(inWords(history.since('a', 5, 2).versions), ['a@5', 'a@7']);
    assert.equal(history.since('a', 5, 2).next, 8);
    assert.deepEqual(history.since('a', 8, 2), { versions: [], next: 8 });
    assert.equal(history.since('a', 20, 2).next, 20, 'a place in the future stays where it is');
  });

  const compactions: [story: string, at: number, dropped: number[]][] = [
    ['a b c', 3, []],
    ['a a b', 4, [2]],
    ['a a a', 3, [2]],
    ['a a a', 4, [2, 3]],
    ['a -a b', 4, [2, 3]],
    ['a -a b', 3, [2]], // 3 is an event that may still be watched
    ['a -a a', 4, [2, 3]],
    ['a a -a b', 5, [2, 3, 4]],
    ['a b a b a', 4, [2]],
    ['a b a b a', 5, [2, 3]],
  ];
  for (const [story, at, dropped] of compactions) {
    it(`compacted at ${at}, "${story}" drops [${dropped}]`, () => {
      assert.deepEqual(historyOf(story).compact(at).sort(), dropped);
    });
  }

  it('drops with the next compaction what one kept for watchers from exactly there', () => {
    const history = historyOf('a -a b b');
    assert.deepEqual(history.compact(3), [2]);
    assert.deepEqual(history.compact(4), [3]);
    assert.equal(history.latest('a'), undefined);
  });

  it('answers the same after compaction, from the compacted revision on', () => {
    const word = fc.constantFrom('a', 'b', 'c', '-a', '-b');
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 30 }), fc.nat(28), (words, n) => {
        const story = words.join(' ');
        const at = 2 + (n % (words.length - 1));
        const [whole, compacted] = [historyOf(story), historyOf(story)];
        compacted.compact(at);
        for (let r = at; r <= whole.revision; r++) {
          assert.deepEqual(inWords(compacted.range('', r)), inWords(whole.range('', r)));
        }
        assert.deepEqual(compacted.since('', at, 100), whole.since('', at, 100));
      }),
    );
  });

  it('is restored from what is kept, and from what a compaction that was cut short left', () => {
    const story = 'a b a -b c a b';
    const compacted = historyOf(story);
    const dropped = compacted.compact(6);
    const restored = new History();
    assert.deepEqual(restored.restore(6, versionsOf(story)).sort(), dropped.sort());
    assert.deepEqual(restored.since('', 6, 100), compacted.since('', 6, 100));
    assert.deepEqual(inWords(restored.range('', 8)), inWords(compacted.range('', 8)));
    assert.deepEqual([restored.revision, restored.compacted], [8, 6]);
  });
});
