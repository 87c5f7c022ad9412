import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReplicaSet } from '../../api/types.js';
import { ago, deploymentNamed } from '../testing/objects.js';
import { sizeAnnotations } from './replicasets.js';
import { boundsOf, nextSizeOfNewest, nextSizesOfOld, proportionalSizes, sizeOf, wasResized } from './rollout.js';

/** Of so many pods, of which so many serve; `age` orders them, the oldest is the largest. */
const set = (name: string, size: number, available = size, age = 0, annotations = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, creationTimestamp: ago(age), annotations } as ReplicaSet['metadata'],
  spec: { replicas: size, selector: {} },
  status: { replicas: size, availableReplicas: available },
});
const named = (sizes: ReadonlyMap<ReplicaSet, number>): Record<string, number> =>
  Object.fromEntries([...sizes].map(([{ metadata }, size]) => [metadata.name, size]));

describe('the bounds of a rollout', () => {
  const table: [string | number, string | number, number, object][] = [
    ['25%', '25%', 4, { maxSurge: 1, maxUnavailable: 1 }],
    ['25%', '25%', 10, { maxSurge: 3, maxUnavailable: 2 }],
    [0, '10%', 3, { maxSurge: 0, maxUnavailable: 1 }],
    [5, 9, 2, { maxSurge: 5, maxUnavailable: 2 }],
  ];
  for (const [maxSurge, maxUnavailable, replicas, bounds] of table) {
    it(`of ${replicas} with surge ${maxSurge} and ${maxUnavailable} unavailable`, () => {
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
      assert.deepEqual(boundsOf(deploymentNamed('web', { replicas, strategy })), { replicas, ...bounds });
    });
  }
});

describe('a rollout', () => {
  const bounds = { replicas: 4, maxSurge: 1, maxUnavailable: 1 };
  const growth: [string, number, ReplicaSet[], number][] = [
    ['begins with the surge', 0, [set('old', 4)], 1],
    ['goes on as the old shrink', 1, [set('old', 2)], 3],
    ['waits while there is no room', 2, [set('old', 3)], 2],
    ['ends with all', 3, [], 4],
    ['shrinks what is too large', 6, [], 4],
  ];
  for (const [what, newest, old, size] of growth) {
    it(what, () => assert.equal(nextSizeOfNewest(newest, old, bounds), size));
  }

  const shrinking: [string, ReplicaSet[], ReplicaSet, Record<string, number>][] = [
    ['takes as many old pods as may be missed', [set('old', 4)], set('new', 1, 0), { old: 3 }],
    ['waits for the new ones', [set('old', 3)], set('new', 2, 0), {}],
    ['takes more when they serve', [set('old', 3)], set('new', 2, 2), { old: 1 }],
    ['takes first what does not serve', [set('older', 2, 2, 9), set('old', 2, 0)], set('new', 1, 1), { old: 0 }],
    ['takes the oldest first', [set('older', 2, 2, 9), set('old', 2)], set('new', 1, 1), { older: 0 }],
  ];
  for (const [what, old, newest, sizes] of shrinking) {
    it(what, () => assert.deepEqual(named(nextSizesOfOld(old, newest, bounds)), sizes));
  }

  it('law: reaches its end, with never too many pods, and never fewer that serve than there may be', () => {
    const sizes = fc.record({ replicas: fc.nat(12), maxSurge: fc.nat(5), maxUnavailable: fc.nat(5) });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(4), { maxLength: 3 }), ({ replicas, maxSurge, maxUnavailable }, mixture) => {
        const surge = maxSurge === 0 && maxUnavailable === 0 ? 1 : maxSurge;
        const limits = { replicas, maxSurge: surge, maxUnavailable: Math.min(maxUnavailable, replicas) };
        let old = mixture.map((size, i) => set(`old${i}`, size, size, i));
        let newest = set('new', 0);
        const all = (): number => sizeOf(newest) + old.reduce((sum, one) => sum + sizeOf(one), 0);
        const before = all();
        for (let turn = 0; turn < 200; turn++) {
          const size = nextSizeOfNewest(sizeOf(newest), old, limits);
          const shrunk = nextSizesOfOld(old, newest, limits);
          if (size === sizeOf(newest) && shrunk.size === 0) break;
          if (size !== sizeOf(newest)) newest = set('new', size, sizeOf(newest));
          else old = old.map(one => set(one.metadata.name ?? '', shrunk.get(one) ?? sizeOf(one)));
          assert.ok(all() <= Math.max(before, replicas + surge), 'too many pods');
          const serving = (newest.status?.availableReplicas ?? 0) + old.reduce((sum, one) => sum + sizeOf(one), 0);
          assert.ok(serving >= Math.min(before, replicas - limits.maxUnavailable), 'too few pods that serve');
          newest = set('new', sizeOf(newest)); // its pods come up before the next turn
        }
        assert.deepEqual([sizeOf(newest), all()], [replicas, replicas]);
      }),
    );
  });
});

describe('a deployment of another size', () => {
  const sized = (name: string, size: number, age: number): ReplicaSet =>
    set(name, size, size, age, sizeAnnotations(10, 13));
  const bounds = { replicas: 20, maxSurge: 5, maxUnavailable: 0 };

  it('is noticed', () => {
    assert.equal(wasResized([sized('a', 1, 0)], 10), false);
    assert.equal(wasResized([sized('a', 1, 0)], 20), true);
    assert.equal(wasResized([sized('a', 0, 0)], 20), false);
  });

  it('gives all of it to the only one', () => {
    const [alone, empty] = [sized('a', 5, 0), sized('b', 0, 0)];
    assert.deepEqual(named(proportionalSizes([alone, empty], empty, bounds)), { a: 20 });
  });

  it('keeps the mixture in the midst of a rollout', () => {
    const [old, newest] = [sized('old', 8, 9), sized('new', 5, 0)];
    const sizes = named(proportionalSizes([old, newest], newest, bounds));
    assert.deepEqual(sizes, { old: 15, new: 10 });
  });

  it('empties the old when the new has all', () => {
    const [old, newest] = [sized('old', 3, 9), set('new', 20, 20, 0, sizeAnnotations(20, 25))];
    assert.deepEqual(named(proportionalSizes([old, newest], newest, bounds)), { old: 0, new: 20 });
  });
});
