import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pod } from '../../api/types.js';
import { activeDeadline, type Ending, endingOfObject, mergeEnding } from './ending.js';

const pod = (metadata: object = {}, spec: object = {}, status: object = {}): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec }, status }) as Pod;

describe('the ending of a pod', () => {
  const cases: [string, Pod, boolean, Ending | undefined][] = [
    ['none while it is to run', pod(), true, undefined],
    [
      'deleted, with the grace of the deletion',
      pod({ deletionTimestamp: 't', deletionGracePeriodSeconds: 5 }, { terminationGracePeriodSeconds: 60 }),
      true,
      { why: 'deleted', deadline: 6000 },
    ],
    [
      'gone, with the grace of its spec',
      pod({}, { terminationGracePeriodSeconds: 60 }),
      false,
      { why: 'gone', deadline: 61_000 },
    ],
    ['gone, with the default grace', pod(), false, { why: 'gone', deadline: 31_000 }],
    ['finished, as the API says', pod({}, {}, { phase: 'Failed' }), true, { why: 'finished', deadline: 31_000 }],
  ];
  for (const [what, object, exists, expected] of cases) {
    it(what, () => assert.deepEqual(endingOfObject(object, exists, 1000), expected));
  }

  it('comes after activeDeadlineSeconds', () => {
    assert.equal(activeDeadline(pod({}, { activeDeadlineSeconds: 10 }, { startTime: '1970-01-01T00:00:01Z' })), 11_000);
    assert.equal(activeDeadline(pod({}, { activeDeadlineSeconds: 10 })), undefined);
  });

  const endings = fc.record({
    why: fc.constantFrom('finished', 'failed', 'deleted', 'gone') as fc.Arbitrary<Ending['why']>,
    deadline: fc.nat(1000),
  });
  const order = ['finished', 'failed', 'deleted', 'gone'];

  it('law: it only becomes more final, and its deadline only comes nearer', () => {
    fc.assert(
      fc.property(fc.array(endings, { minLength: 1 }), all => {
        let merged: Ending | undefined;
        for (const one of all) {
          const next = mergeEnding(merged, one);
          assert.ok(next && next.deadline <= (merged?.deadline ?? Number.POSITIVE_INFINITY));
          assert.ok(order.indexOf(next.why) >= order.indexOf(merged?.why ?? 'finished'));
          assert.deepEqual(mergeEnding(next, undefined), next);
          merged = next;
        }
        assert.equal(merged?.deadline, Math.min(...all.map(e => e.deadline)));
      }),
    );
  });

  it('keeps the first reason', () => {
    const failed: Ending = { why: 'failed', deadline: 5, status: { reason: 'Evicted', message: 'm' } };
    assert.deepEqual(mergeEnding(failed, { why: 'deleted', deadline: 9 }), { ...failed, why: 'deleted' });
  });
});
