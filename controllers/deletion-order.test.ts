import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inDeletionOrder } from './deletion-order.js';
import { ago, noon, pod } from './testing/objects.js';

/** In each row the first pod goes before the second, whatever order they are given in. */
const rows: [why: string, first: ReturnType<typeof pod>, second: ReturnType<typeof pod>][] = [
  ['a pod without a node', pod('b', { phase: 'Running' }), pod('a', { node: 'n1', phase: 'Pending', ready: false })],
  [
    'a pending one before an unknown one',
    pod('b', { node: 'n', phase: 'Pending' }),
    pod('a', { node: 'm', phase: 'Unknown' }),
  ],
  ['an unknown one before a running one', pod('b', { node: 'n', phase: 'Unknown' }), pod('a', { node: 'm' })],
  ['one that is not ready', pod('b', { node: 'n', ready: false }), pod('a', { node: 'm', ready: 1 })],
  [
    'the cheaper one by its annotation',
    pod('b', { node: 'n', annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } }),
    pod('a', { node: 'm' }),
  ],
  [
    'one ready since seconds before one ready for hours',
    pod('b', { node: 'n', ready: 10 }),
    pod('a', { node: 'm', ready: 9000 }),
  ],
  ['the one that restarted more', pod('b', { node: 'n', restarts: 3 }), pod('a', { node: 'm', restarts: 1 })],
  [
    'the younger one',
    pod('b', { node: 'n', creationTimestamp: ago(100) as never }),
    pod('a', { node: 'm', creationTimestamp: ago(9000) as never }),
  ],
];

const names = (pods: ReturnType<typeof pod>[]) => inDeletionOrder(pods, noon).map(p => p.metadata.name);

describe('the order in which surplus pods go', () => {
  for (const [why, first, second] of rows) {
    it(`takes ${why} first`, () => {
      assert.deepEqual(names([first, second]), ['b', 'a']);
      assert.deepEqual(names([second, first]), ['b', 'a']);
    });
  }

  it('thins out the node that has most of them', () => {
    const crowded = [pod('a', { node: 'n1' }), pod('b', { node: 'n2' }), pod('c', { node: 'n2' })];
    assert.equal(names(crowded).at(-1), 'a');
  });

  it('takes ages of like magnitude as equal, and then goes by uid', () => {
    const alike = [pod('b', { node: 'n', ready: 5000 }), pod('a', { node: 'm', ready: 5001 })];
    assert.deepEqual(names(alike), ['a', 'b']);
  });

  it('takes a deletion cost that is no number for none', () => {
    const odd = pod('a', { node: 'n', annotations: { 'controller.kubernetes.io/pod-deletion-cost': 'cheap' } });
    assert.deepEqual(names([odd, pod('b', { node: 'm', restarts: 1 })]), ['b', 'a']);
  });

  it('does not depend on the order in which pods are listed', () => {
    const traits = fc.record({
      node: fc.constantFrom('', 'n1', 'n2'),
      phase: fc.constantFrom('Pending', 'Running', 'Unknown'),
      ready: fc.constantFrom<number | false>(false, 10, 5000),
      restarts: fc.nat({ max: 2 }),
    });
    const listed = fc
      .array(traits, { minLength: 2, maxLength: 8 })
      .map(all => all.map((one, i) => pod(`p${i}`, { ...one, creationTimestamp: ago(60 * 2 ** i) as never })))
      .chain(pods => fc.tuple(fc.constant(pods), fc.shuffledSubarray(pods, { minLength: pods.length })));
    fc.assert(fc.property(listed, ([pods, shuffled]) => assert.deepEqual(names(shuffled), names(pods))));
  });
});
