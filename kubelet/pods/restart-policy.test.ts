import assert from 'node:assert/strict';
import { type OwnRestarts, type RestartPolicy, restartsAfter } from './restart-policy.js';

const rule = (operator: string, ...values: number[]) => ({ action: 'Restart', exitCodes: { operator, values } });

describe('whether a container is started again', () => {
  const cases: [string, RestartPolicy, OwnRestarts, restarts: number[], stays: number[]][] = [
    ['as its pod says: Always', 'Always', {}, [0, 1], []],
    ['as its pod says: OnFailure', 'OnFailure', {}, [1, 137], [0]],
    ['as its pod says: Never', 'Never', {}, [], [0, 1]],
    ['by its own policy', 'Never', { restartPolicy: 'Always' }, [0, 1], []],
    ['by its own policy, which says no', 'Always', { restartPolicy: 'Never' }, [], [0, 1]],
    ['by a rule', 'Never', { restartPolicy: 'Never', restartPolicyRules: [rule('In', 42, 43)] }, [42, 43], [0, 1]],
    ['by a rule that excludes', 'Never', { restartPolicyRules: [rule('NotIn', 0, 3)] }, [1, 2], [0, 3]],
    [
      'by its policy where no rule fits',
      'Never',
      { restartPolicy: 'OnFailure', restartPolicyRules: [rule('In', 0)] },
      [0, 1],
      [],
    ],
    ['by no rule that says nothing', 'Never', { restartPolicyRules: [{ action: 'Restart' }] }, [], [0, 1]],
  ];
  for (const [what, ofPod, own, restarts, stays] of cases)
    it(what, () => {
      for (const code of restarts) assert.equal(restartsAfter(code, own, ofPod), true, String(code));
      for (const code of stays) assert.equal(restartsAfter(code, own, ofPod), false, String(code));
    });
});
