import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CacheEntry } from './entry.js';
import { SortedEntries } from './sorted-entries.js';

const entry = (path: string, revision: number): CacheEntry => new CacheEntry(path, Buffer.alloc(0), revision);
const said = (entries: readonly CacheEntry[]): string[] => entries.map(({ path, revision }) => `${path}@${revision}`);

/** More than fit into one chunk. */
const many = 2000;
const pathOf = (number: number): string => `ns/${String(number).padStart(5, '0')}`;

describe('sorted entries', () => {
  it('are those that were put and not deleted, in order, as a sorted map would have them', () => {
    const operations = fc.array(fc.tuple(fc.nat(many), fc.boolean()), { maxLength: 3000 });
    fc.assert(
      fc.property(
        fc.array(fc.nat(many), { maxLength: 1500 }),
        operations,
        fc.nat(many),
        fc.nat(many),
        (start, ops, a, b) => {
          const model = new Map([...new Set(start)].map(number => [pathOf(number), entry(pathOf(number), 0)]));
          const sorted = new SortedEntries([...model.values()]);
          for (const [turn, [number, puts]] of ops.entries()) {
            const put = entry(pathOf(number), turn + 1);
            if (puts) {
              sorted.put(put);
              model.set(put.path, put);
            } else {
              sorted.delete(put.path);
              model.delete(put.path);
            }
          }
          const expected = [...model.values()].sort((x, y) => (x.path < y.path ? -1 : 1));
          assert.equal(sorted.size, expected.length);
          assert.deepEqual(said(sorted.range('')), said(expected));
          const within = expected.filter(({ path }) => path >= pathOf(a) && path < pathOf(b));
          assert.deepEqual(said(sorted.range(pathOf(a), pathOf(b))), said(within));
        },
      ),
      { numRuns: 60 },
    );
  });
});
