import assert from 'node:assert/strict';
import { anyTolerates, tolerates } from './tolerations.js';
import type { Taint, Toleration } from './types.js';

const gpu: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const load = (value: string): Taint => ({ key: 'load', value, effect: 'NoSchedule' });

describe('a toleration', () => {
  const rows: [string, Toleration, Taint, boolean][] = [
    ['everything', { operator: 'Exists' }, gpu, true],
    ['the key', { key: 'gpu', operator: 'Exists' }, gpu, true],
    ['another key', { key: 'cpu', operator: 'Exists' }, gpu, false],
    ['the value', { key: 'gpu', value: 'yes' }, gpu, true],
    ['the value and the effect', { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }, gpu, true],
    ['another value', { key: 'gpu', operator: 'Equal', value: 'no' }, gpu, false],
    ['a value of no key', { value: 'yes' }, gpu, false],
    ['another effect', { key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, gpu, false],
    ['no value, of a taint without one', { key: unreachable.key }, unreachable, true],
    ['less', { key: 'load', operator: 'Lt', value: '5' }, load('4'), true],
    ['not more', { key: 'load', operator: 'Gt', value: '5' }, load('4'), false],
    ['no number', { key: 'load', operator: 'Lt', value: '5' }, load('x'), false],
    ['an operator that is none', { key: 'gpu', operator: 'Like', value: 'yes' }, gpu, false],
  ];
  for (const [what, toleration, taint, expected] of rows) {
    it(`of ${what}`, () => assert.equal(tolerates(toleration, taint), expected));
  }

  it('among several is enough', () => {
    assert.equal(
      anyTolerates(
        [
          { key: 'cpu', operator: 'Exists' },
          { key: 'gpu', operator: 'Exists' },
        ],
        gpu,
      ),
      true,
    );
    assert.equal(anyTolerates([], gpu), false);
  });
});
