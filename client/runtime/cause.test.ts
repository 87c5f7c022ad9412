import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/types.js';
import { afterFailure, causeText, describeChange, type Trigger, withChange } from './cause.js';

const pod = (resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'web-1', resourceVersion },
});

describe('causes', () => {
  it('describe changes', () => {
    assert.equal(describeChange('Pod', { now: pod('5') }), 'Pod default/web-1 ADDED @5');
    assert.equal(describeChange('Pod', { now: pod('6'), before: pod('5') }), 'Pod default/web-1 MODIFIED @6');
    assert.equal(describeChange('Pod', { before: pod('7') }), 'Pod default/web-1 DELETED @7');
  });

  const waiting: [string, Trigger | undefined, Trigger][] = [
    ['the first change', undefined, { text: 'new', more: 0 }],
    ['a further change is counted', { text: 'old', more: 1 }, { text: 'old', more: 2 }],
    ['a timer gives way', { text: 'timer', more: 0, later: true }, { text: 'new', more: 0 }],
  ];
  for (const [what, before, after] of waiting) it(what, () => assert.deepEqual(withChange(before, 'new'), after));

  it('retries keep what began them', () => {
    const once = afterFailure({ text: 'Pod a/b ADDED @1', more: 2 }, 1);
    assert.equal(afterFailure(once, 2).text, 'retry 2 of Pod a/b ADDED @1');
    assert.equal(causeText('rc', 'a/x', once), 'rc a/x <- retry 1 of Pod a/b ADDED @1 (+2 more)');
  });
});
