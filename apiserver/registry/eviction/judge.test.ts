import assert from 'node:assert/strict';
import { StatusError } from '../../../api/status.js';
import type { Pod, PodDisruptionBudget } from '../../../api/types.js';
import { judgeEviction, spend } from './judge.js';

const now = Date.parse('2026-01-01T00:00:00Z');
type Budget = { spec?: PodDisruptionBudget['spec']; status?: object; generation?: number; namespace?: string };

const pod = (phase = 'Running', ready = true, labels: Record<string, string> = { app: 'web' }): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', labels },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const budget = ({ spec, status, generation = 1, namespace = 'shop' }: Budget = {}): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace, generation },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  status: {
    observedGeneration: 1,
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    ...status,
  },
});

describe('an eviction', () => {
  const table: [string, Pod, PodDisruptionBudget[], 'free' | 'budget'][] = [
    ['without a budget', pod(), [], 'free'],
    ['of a pod that a budget counts', pod(), [budget()], 'budget'],
    ['with a budget elsewhere', pod(), [budget({ namespace: 'other' })], 'free'],
    ['with a budget of all pods', pod(), [budget({ spec: { selector: {} } })], 'budget'],
    ['with a budget of none', pod(), [budget({ spec: { selector: undefined as never } })], 'free'],
    ['of a pod without labels', pod('Running', true, {}), [budget({ spec: { selector: {} } })], 'free'],
    ['of a pod that waits', pod('Pending'), [budget({ status: { disruptionsAllowed: 0 } })], 'free'],
    ['of a pod that ended', pod('Failed'), [budget({ status: { disruptionsAllowed: 0 } })], 'free'],
    ['of a sick pod, while enough are well', pod('Running', false), [budget()], 'free'],
    [
      'of a sick pod, while too few are well',
      pod('Running', false),
      [budget({ status: { currentHealthy: 1 } })],
      'budget',
    ],
    [
      'of a sick pod that nobody guards',
      pod('Running', false),
      [budget({ spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' }, status: { currentHealthy: 1 } })],
      'free',
    ],
  ];
  for (const [what, of, budgets, kind] of table) {
    it(`${what} is ${kind === 'free' ? 'free' : "the budget's to allow"}`, () =>
      assert.equal(judgeEviction(of, budgets).kind, kind));
  }

  it('is refused to a pod of two budgets', () => {
    assert.throws(() => judgeEviction(pod(), [budget(), budget()]), {
      message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });
});

describe('a budget', () => {
  it('is spent, pod by pod', () => {
    assert.deepEqual(spend(budget(), 'web-1', now).status, {
      ...budget().status,
      disruptionsAllowed: 0,
      disruptedPods: { 'web-1': '2026-01-01T00:00:00Z' },
    });
  });

  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p${i}`, '2026-01-01T00:00:00Z']));
  const table: [string, PodDisruptionBudget, number, string, number | undefined][] = [
    [
      'is used up',
      budget({ status: { disruptionsAllowed: 0 } }),
      429,
      'The disruption budget web needs 2 healthy pods and has 3 currently',
      undefined,
    ],
    [
      'is not counted yet',
      budget({ generation: 2 }),
      429,
      'The disruption budget web is still being processed by the server.',
      10,
    ],
    [
      'cannot be counted',
      budget({
        status: {
          disruptionsAllowed: 0,
          conditions: [{ type: 'DisruptionAllowed', reason: 'SyncFailed', message: 'no scale' }],
        },
      }),
      429,
      'The disruption budget web does not allow evicting pods currently because it failed sync: no scale',
      undefined,
    ],
    ['is below zero', budget({ status: { disruptionsAllowed: -1 } }), 403, '', undefined],
    ['waits for too many', budget({ status: { disruptedPods: many } }), 403, '', undefined],
  ];
  for (const [what, of, code, cause, retry] of table) {
    it(`that ${what} refuses`, () => {
      assert.throws(
        () => spend(of, 'web-1', now),
        error => {
          assert.ok(error instanceof StatusError);
          assert.equal(error.code, code);
          if (code === 429) {
            assert.equal(error.message, "Cannot evict pod as it would violate the pod's disruption budget.");
            assert.deepEqual(error.status.details?.causes, [{ reason: 'DisruptionBudget', message: cause }]);
            assert.equal(error.status.details?.retryAfterSeconds, retry);
          }
          return true;
        },
      );
    });
  }
});
