import assert from 'node:assert/strict';
import type { PodDisruptionBudget } from '../../api/types.js';
import { ago, noon, pod } from '../testing/objects.js';
import { deletionTimeoutMs, expectedOf, failed, planFor } from './plan.js';

type Spec = NonNullable<PodDisruptionBudget['spec']>;
const budget = (spec: Partial<Spec> = {}, status?: object): PodDisruptionBudget =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', generation: 2 },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    ...(status ? { status } : {}),
  }) as PodDisruptionBudget;

describe('how many pods a budget expects', () => {
  const table: [string, Partial<Spec>, number, number[], number, number][] = [
    ['a number that must be there', { minAvailable: 2 }, 3, [], 3, 2],
    ['a share that must be there, rounded up', { minAvailable: '50%' }, 4, [5], 5, 3],
    ['a number that may be missing', { maxUnavailable: 1 }, 1, [3], 3, 2],
    ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, 3, [10, 4], 14, 9],
    ['more may be missing than there are', { maxUnavailable: 9 }, 3, [3], 3, 0],
    ['no bound at all', {}, 3, [], 0, 0],
  ];
  for (const [what, spec, count, scales, expectedPods, desiredHealthy] of table) {
    it(what, () => assert.deepEqual(expectedOf(budget(spec), count, scales), { expectedPods, desiredHealthy }));
  }
});

describe('the status of a budget', () => {
  const allowed = (healthy: number, desiredHealthy: number, expectedPods: number) =>
    planFor(
      budget(),
      Array.from({ length: healthy }, (_, i) => pod(`p${i}`)),
      { desiredHealthy, expectedPods },
      noon,
    ).status;

  const table: [string, number, number, number, number][] = [
    ['allows what is more than needed', 3, 2, 3, 1],
    ['allows nothing when all are needed', 2, 2, 2, 0],
    ['allows nothing when some are missing', 1, 2, 3, 0],
    ['allows nothing when no pods are expected', 0, 0, 0, 0],
  ];
  for (const [what, healthy, desired, expected, disruptionsAllowed] of table) {
    it(what, () => {
      const status = allowed(healthy, desired, expected);
      assert.equal(status.disruptionsAllowed, disruptionsAllowed);
      const [condition] = status.conditions ?? [];
      assert.equal(condition?.reason, disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods');
      assert.equal(status.observedGeneration, 2);
    });
  }

  it('does not count pods that are not ready, or go', () => {
    const pods = [pod('a'), pod('b', { ready: false }), pod('c', { terminating: true })];
    assert.equal(planFor(budget(), pods, { desiredHealthy: 1, expectedPods: 3 }, noon).status.currentHealthy, 1);
  });

  it('counts a pod as gone whose eviction was allowed, for two minutes', () => {
    const noted = budget({}, { disruptedPods: { a: ago(60), gone: ago(10) } });
    const one = planFor(noted, [pod('a'), pod('b')], { desiredHealthy: 1, expectedPods: 2 }, noon);
    assert.equal(one.status.currentHealthy, 1);
    assert.deepEqual(one.status.disruptedPods, { a: ago(60) });
    assert.equal(one.lookAgainAfterMs, deletionTimeoutMs - 60_000 + 1);
    const later = planFor(noted, [pod('a'), pod('b')], { desiredHealthy: 1, expectedPods: 2 }, noon + 61_000);
    assert.equal(later.status.currentHealthy, 2);
    assert.equal(later.status.disruptedPods, undefined);
    assert.deepEqual(
      later.notDeleted.map(p => p.metadata.name),
      ['a'],
    );
  });

  it('keeps the time of a condition that stays', () => {
    const conditions = [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }];
    const before = budget({}, { conditions: [{ ...conditions[0], lastTransitionTime: ago(900) }] });
    const { status } = planFor(before, [pod('a')], { desiredHealthy: 0, expectedPods: 1 }, noon);
    assert.equal(status.conditions?.[0]?.lastTransitionTime, ago(900));
  });

  it('that cannot be counted allows nothing, and says why', () => {
    const status = failed(budget({}, { disruptionsAllowed: 3, currentHealthy: 4 }), 'no scale', noon);
    assert.equal(status.disruptionsAllowed, 0);
    assert.deepEqual([status.conditions?.[0]?.reason, status.conditions?.[0]?.message], ['SyncFailed', 'no scale']);
  });
});
