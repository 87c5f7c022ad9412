import assert from 'node:assert/strict';
import { Correlator, type Report } from './correlation.js';
import { Recent } from './recent.js';

const report = (message: string, about = 'pod'): Report => ({ about, type: 'Normal', reason: 'Pulled', message });

describe('event correlation', () => {
  it('counts the same message up, and tells others apart', () => {
    const c = new Correlator();
    assert.deepEqual(c.judge(report('m'), 0).kind, 'create');
    const again = c.judge(report('m'), 1);
    assert.deepEqual(again.kind === 'count' && again.count, 2);
    assert.equal(c.judge(report('m', 'other'), 2).kind, 'create');
    assert.equal(c.judge(report('n'), 3).kind, 'create');
  });

  it('counts together what comes in more than ten variants within ten minutes', () => {
    const c = new Correlator();
    for (let i = 0; i < 10; i++) assert.equal(c.judge(report(`m${i}`), i).kind, 'create');
    const first = c.judge(report('m10'), 10);
    assert.deepEqual(first.kind === 'create' && first.message, '(combined from similar events): m10');
    const second = c.judge(report('m11'), 11);
    assert.deepEqual(second.kind === 'count' && [second.count, second.message], [
      2,
      '(combined from similar events): m11',
    ]);
    assert.equal(c.judge(report('m12'), 11 + 600_001).kind, 'create');
  });

  it('lets an object have 25 events, and then one every five minutes', () => {
    const c = new Correlator();
    const kinds = (n: number, now: number): string[] => Array.from({ length: n }, () => c.judge(report('m'), now).kind);
    assert.ok(!kinds(25, 0).includes('drop'));
    assert.deepEqual(kinds(2, 0), ['drop', 'drop']);
    assert.deepEqual(kinds(2, 300_000), ['count', 'drop']);
    assert.equal(c.judge(report('m', 'other'), 0).kind, 'create');
  });

  it('begins anew when its Event is gone', () => {
    const c = new Correlator();
    const first = c.judge(report('m'), 0);
    assert.ok(first.kind === 'create');
    c.forget(first.key);
    assert.equal(c.judge(report('m'), 1).kind, 'create');
  });
});

it('Recent drops what was set longest ago', () => {
  const recent = new Recent<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);
  assert.deepEqual([recent.get('a'), recent.get('b'), recent.get('c')], [3, undefined, 4]);
});
