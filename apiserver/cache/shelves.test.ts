import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CacheEntry } from './entry.js';
import { Shelves } from './shelves.js';

const size = 1000;
const entry = (text: string): CacheEntry => new CacheEntry('default/web', Buffer.from(text), 1);
const textOf = (number: number, length: number): string => String(number).repeat(length).slice(0, length);

describe('the shelves of the cache', () => {
  it('keep what every entry says, and no more than twice the bytes that are needed, whatever comes and goes', () => {
    const step = fc.record({ length: fc.integer({ min: 1, max: 125 }), releases: fc.nat(3), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const shelves = new Shelves(size);
        const kept: { entry: CacheEntry; text: string }[] = [];
        steps.forEach(({ length, releases, which }, number) => {
          const text = textOf(number, length);
          const added = entry(text);
          shelves.put(added);
          kept.push({ entry: added, text });
          for (let n = 0; n < releases && kept.length > 0; n++) {
            const [gone] = kept.splice(which % kept.length, 1);
            gone?.entry.release();
            assert.equal(gone?.entry.bytes.toString(), gone?.text);
          }
        });
        for (const { entry, text } of kept) assert.equal(entry.bytes.toString(), text);
        const needed = kept.reduce((sum, { entry }) => sum + entry.length, 0);
        const used = new Set(kept.map(({ entry }) => entry.shelf)).size * size;
        // The part of a shelf that its next item did not fit into, and the shelf that is being filled.
        assert.ok(used <= (2 * needed) / (1 - 1 / 8) + size, `${used} bytes for ${needed}`);
      }),
    );
  });

  it('leave bytes alone that somebody was handed, when they clear a shelf', () => {
    const shelves = new Shelves(size);
    const entries = Array.from({ length: 100 }, (_, number) => entry(textOf(number, 100)));
    for (const each of entries) shelves.put(each);
    const [first, ...others] = entries as [CacheEntry, ...CacheEntry[]];
    const handed = first.bytes;
    const before = first.shelf;
    for (const each of others) each.release();
    assert.notEqual(first.shelf, before);
    assert.equal(handed.toString(), first.bytes.toString());
    assert.equal(new Set(entries.map(each => each.shelf)).size, 2); // That of the first, and of nowhere.
  });

  it('do not take what would fill much of one', () => {
    const large = entry('x'.repeat(size / 4));
    new Shelves(size).put(large);
    assert.equal(large.shelf, undefined);
    large.release();
    assert.equal(large.bytes.length, size / 4);
  });
});
