import assert from 'node:assert/strict';
import type { Taint } from '../../api/types.js';
import { changeTaints, parseTaints, splitTaints } from './taints.js';

const taint = (key: string, effect = 'NoSchedule', value?: string): Taint => ({
  key,
  effect,
  ...(value ? { value } : {}),
});

describe('what taint is told', () => {
  it('is nodes, then taints', () => {
    assert.deepEqual(splitTaints(['nodes', 'n', 'a=b:NoSchedule', 'c-']), {
      resources: ['nodes', 'n'],
      taints: ['a=b:NoSchedule', 'c-'],
    });
    assert.throws(() => splitTaints(['nodes', 'a-', 'n']), /must be specified before taint changes: n/);
  });

  it('is to come or to go', () => {
    assert.deepEqual(parseTaints(['a=b:NoSchedule', 'c:NoExecute', 'd:NoSchedule-', 'e-']), {
      add: [taint('a', 'NoSchedule', 'b'), taint('c', 'NoExecute')],
      remove: [{ key: 'd', effect: 'NoSchedule' }, { key: 'e' }],
    });
  });

  const refusals: [words: string[], said: RegExp][] = [
    [['a'], /^Failure: invalid taint spec: a$/],
    [['a=b'], /invalid taint spec: a=b, name part must consist/],
    [['a=b:Nope'], /invalid taint effect: Nope, unsupported taint effect/],
    [['a=b=c:NoSchedule'], /invalid taint spec: a=b=c:NoSchedule$/],
    [['a:b:NoSchedule'], /invalid taint spec: a:b:NoSchedule$/],
    [['a=_:NoSchedule'], /invalid taint spec: a=_:NoSchedule, a valid label must/],
    [['a=1:NoSchedule', 'a=2:NoSchedule'], /duplicated taints .*: \{a 2 NoSchedule <nil>\}/],
    [['a=1:NoSchedule', 'a-'], /can not both modify and remove .*: a=$/],
    [['a=1:NoSchedule', 'a:NoSchedule-'], /can not both modify and remove .*: a=NoSchedule/],
  ];
  for (const [words, said] of refusals) it(words.join(' '), () => assert.throws(() => parseTaints(words), said));
});

describe('the taints of a node', () => {
  const change = (before: Taint[], words: string[], overwrite = false) =>
    changeTaints('n', before, parseTaints(words), overwrite);
  it('come before those that were there', () => {
    assert.deepEqual(change([taint('a')], ['b:NoExecute']), {
      taints: [taint('b', 'NoExecute'), taint('a')],
      operation: 'tainted',
    });
  });
  it('are changed only when that was said', () => {
    assert.throws(() => change([taint('a')], ['a=1:NoSchedule']), /node n already has a taint\(s\) with same effect/);
    assert.deepEqual(change([taint('a')], ['a=1:NoSchedule'], true), {
      taints: [taint('a', 'NoSchedule', '1')],
      operation: 'modified',
    });
  });
  it('go by key, or by key and effect', () => {
    const both = [taint('a'), taint('a', 'NoExecute'), taint('b')];
    assert.deepEqual(change(both, ['a-']), { taints: [taint('b')], operation: 'untainted' });
    assert.deepEqual(change(both, ['a:NoExecute-']).taints, [taint('a'), taint('b')]);
    assert.equal(change(both, ['a:NoExecute-', 'c:NoSchedule']).operation, 'modified');
    assert.throws(() => change(both, ['c-']), /^Failure: taint "c" not found$/);
    assert.throws(() => change(both, ['b:NoExecute-']), /taint "b:NoExecute" not found/);
  });
});
