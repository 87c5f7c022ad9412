import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PodDisruptionBudget } from '../../api/types.js';
import type { NodeState } from '../model/node-state.js';
import { defaultProfile } from '../profiles/profile.js';
import { isPlacement, schedule } from '../schedule.js';
import { clusterOf, info, nodeState, type PodWords } from '../testing/objects.js';
import { splitByBudgets } from './budgets.js';
import { isCandidate, preempt } from './preempt.js';

const first = { random: (): number => 0 };
const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

/** 'node: victims', or why not. */
function outcome(wanted: PodWords, nodes: NodeState[], budgets: PodDisruptionBudget[] = []): string {
  const pod = info({ name: 'new', priority: 100, ...wanted });
  const view = clusterOf(nodes);
  const refusal = schedule(pod, view, defaultProfile, first);
  assert.ok(!isPlacement(refusal), 'there is room anyway');
  const plan = preempt(pod, refusal, view, defaultProfile, { budgets, ...first });
  if (!isCandidate(plan)) return plan.message;
  return `${plan.node.name}: ${plan.victims.map(({ pod: { metadata } }) => metadata.name).join(' ')}`;
}

const at = (second: number): NonNullable<PodWords['status']> => ({ startTime: new Date(second * 1000).toISOString() });
const on = (name: string, ...standing: PodWords[]): NodeState =>
  nodeState({ name, cpu: '2', labels: { host: name } }, standing);
const one = (name: string, words: PodWords = {}): PodWords => ({ name, cpu: '1', ...words });

describe('preemption', () => {
  const cases: [string, PodWords, NodeState[], PodDisruptionBudget[], string][] = [
    ['takes no more than it needs', { cpu: '1' }, [on('a', one('x', { priority: 1 }), one('y'))], [], 'a: y'],
    [
      'of the same priority, who came last',
      { cpu: '1' },
      [on('a', one('x', { status: at(5) }), one('y', { status: at(9) }))],
      [],
      'a: y',
    ],
    [
      'nobody who matters as much',
      { cpu: '1' },
      [on('a', one('x', { priority: 100 }), one('y', { priority: 100 }))],
      [],
      '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'nodes that would not do even so are told with their reason',
      { cpu: '2' },
      [on('a', one('x', { priority: 100 }), one('y')), nodeState({ name: 'b', unschedulable: true })],
      [],
      '0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling.',
    ],
    [
      'a pod that fits on no node at all has nobody sent away',
      { cpu: '3' },
      [on('a', one('x'))],
      [],
      '0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    ],
    [
      'rather where no budget is broken',
      { cpu: '2' },
      [
        on('a', one('x', { labels: { app: 'db' } }), one('y')),
        on('b', one('u', { priority: 9 }), one('v', { priority: 9 })),
      ],
      [budget('db', 0)],
      'b: u v',
    ],
    [
      'those that a budget protects are spared first',
      { cpu: '1' },
      [on('a', one('x', { labels: { app: 'db' } }), one('y', { priority: 9 }))],
      [budget('db', 0)],
      'a: y',
    ],
    [
      'rather where the highest victim is lower',
      { cpu: '2' },
      [on('a', one('x', { priority: 5 }), one('y')), on('b', one('u', { priority: 4 }), one('v', { priority: 4 }))],
      [],
      'b: u v',
    ],
    [
      'rather where the sum is less',
      { cpu: '2' },
      [
        on('a', one('x', { priority: 5 }), one('y', { priority: 5 })),
        on('b', one('u', { priority: 5 }), one('v', { priority: 1 })),
      ],
      [],
      'b: u v',
    ],
    ['rather fewer', { cpu: '2' }, [on('a', one('x'), one('y')), on('b', one('u', { cpu: '2' }))], [], 'b: u'],
    [
      'rather those who came last',
      { cpu: '1' },
      [on('a', { name: 'x', cpu: '2', status: at(1) }), on('b', { name: 'u', cpu: '2', status: at(2) })],
      [],
      'b: u',
    ],
    [
      'who keeps it away goes, on whatever node of the place',
      {
        labels: { app: 'web' },
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'host', labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      },
      [on('a', one('x', { labels: { app: 'web' } }), one('y'))],
      [],
      'a: x',
    ],
  ];
  for (const [what, wanted, nodes, budgets, expected] of cases) {
    it(what, () => assert.equal(outcome(wanted, nodes, budgets), expected));
  }

  it('a budget allows so many, and counts those once that are going already', () => {
    const pods = ['a', 'b', 'c'].map(name => info({ name, labels: { app: 'db' } }));
    const going = { ...budget('db', 1), status: { ...budget('db', 1).status, disruptedPods: { a: 'now' } } };
    const split = splitByBudgets(pods, [going as unknown as PodDisruptionBudget]);
    assert.deepEqual(
      split.others.map(({ key }) => key),
      ['default/a', 'default/b'],
    );
    assert.deepEqual(
      split.breaking.map(({ key }) => key),
      ['default/c'],
    );
  });

  it('sends only lesser pods away, only where the pod fits then, and nobody in vain', () => {
    const standing = fc.record({ cpu: fc.integer({ min: 1, max: 8 }), priority: fc.nat(4) });
    fc.assert(
      fc.property(
        fc.array(fc.array(standing, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 8 }),
        (perNode, cpu) => {
          const nodes = perNode.map((pods, i) =>
            nodeState(
              { name: `n${i}`, cpu: '8' },
              pods.map((p, j) => ({ name: `p${i}-${j}`, cpu: `${p.cpu}`, priority: p.priority })),
            ),
          );
          const pod = info({ name: 'new', priority: 3, cpu: `${cpu}` });
          const view = clusterOf(nodes);
          const refusal = schedule(pod, view, defaultProfile, first);
          if (isPlacement(refusal)) return;
          const plan = preempt(pod, refusal, view, defaultProfile, { budgets: [], ...first });
          const couldBe = (state: NodeState): boolean => {
            const kept = [...state.pods.values()].filter(({ priority }) => priority >= 3);
            return kept.reduce((sum, { requests }) => sum + (requests.cpu ?? 0), 0) + cpu * 1000 <= 8000;
          };
          assert.equal(isCandidate(plan), view.nodes().some(couldBe));
          if (!isCandidate(plan)) return;
          const used =
            (plan.node.requested.cpu ?? 0) - plan.victims.reduce((sum, { requests }) => sum + (requests.cpu ?? 0), 0);
          assert.ok(used + cpu * 1000 <= 8000, 'it fits once they are gone');
          for (const victim of plan.victims) {
            assert.ok(victim.priority < 3);
            assert.ok(used + (victim.requests.cpu ?? 0) + cpu * 1000 > 8000, 'none of them could have stayed');
          }
        },
      ),
    );
  });
});
