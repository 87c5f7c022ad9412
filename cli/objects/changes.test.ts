import assert from 'node:assert/strict';
import { type Changes, clashes, outcome, splitChanges } from './changes.js';

describe('changes to labels and annotations', () => {
  const splits: [args: string, objects: string[], changes: Changes][] = [
    ['pod web a=b', ['pod', 'web'], { a: 'b' }],
    ['pod/web a- b=c=d', ['pod/web'], { a: null, b: 'c=d' }],
    ['pod a=', ['pod'], { a: '' }],
    ['pod web', ['pod', 'web'], {}],
  ];
  for (const [args, objects, changes] of splits) {
    it(args, () => assert.deepEqual(splitChanges(args.split(' '), 'label'), { objects, changes }));
  }

  it('refuses an object after a change, and a key that is set and removed', () => {
    assert.throws(() => splitChanges(['pod', 'a=b', 'web'], 'label'), /all resources must be specified before label/);
    assert.throws(() => splitChanges(['pod', 'a=b', 'a-'], 'label'), /can not both modify and remove a label/);
  });

  it('names every key that has another value', () => {
    const current = { a: '1', b: '2', c: '3' };
    assert.deepEqual(clashes(current, { a: '1', b: 'x', c: 'y', d: 'z' }), [
      "'b' already has a value (2)",
      "'c' already has a value (3)",
    ]);
    assert.deepEqual(clashes(current, { a: null }), []);
  });

  const outcomes: [field: 'labels' | 'annotations', changes: Changes, changed: boolean, said: string][] = [
    ['labels', { a: '2' }, true, 'labeled'],
    ['labels', { a: '1' }, false, 'not labeled'],
    ['labels', { a: null }, true, 'unlabeled'],
    ['labels', { b: null }, false, 'not labeled'],
    ['labels', { a: null, b: 'x' }, true, 'labeled'],
    ['annotations', { a: '2' }, true, 'annotated'],
    ['annotations', { a: '1' }, false, 'annotated'],
  ];
  for (const [field, changes, changed, said] of outcomes) {
    it(`${field} ${JSON.stringify(changes)}: ${said}`, () =>
      assert.deepEqual(outcome(field, { a: '1' }, changes), { changed, said }));
  }
});
