import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { NodeState } from './model/node-state.js';
import type { PodInfo } from './model/pod-info.js';
import { defaultProfile } from './profiles/profile.js';
import { refusalMessage } from './refusal-message.js';
import { enoughNodes, isPlacement, type Plan, schedule as scheduleIn } from './schedule.js';
import { clusterOf, info, type NodeWords, nodeState, type PodWords } from './testing/objects.js';

const first = { random: (): number => 0 };
const schedule = (pod: PodInfo, nodes: NodeState[], chance: { random: () => number; startAt?: number }): Plan =>
  scheduleIn(pod, clusterOf(nodes), defaultProfile, chance);
const outcome = (wanted: PodWords, nodes: NodeState[]): string => {
  const plan = schedule(info(wanted), nodes, first);
  return isPlacement(plan) ? plan.node : refusalMessage(plan);
};

describe('schedule', () => {
  const cordoned: NodeWords = { unschedulable: true };
  const cases: [string, PodWords, NodeState[], string][] = [
    ['no nodes', {}, [], 'no nodes available to schedule pods'],
    ['the one that fits', { cpu: '3' }, [nodeState({ name: 'a', cpu: '2' }), nodeState({ name: 'b' })], 'b'],
    ['too large for one', { cpu: '9' }, [nodeState()], '0/1 nodes are available: 1 Insufficient cpu.'],
    [
      'each node for its first reason, counted and sorted',
      { cpu: '9', memory: '99Gi' },
      [nodeState({ name: 'a' }), nodeState({ name: 'b' }), nodeState({ name: 'c', ...cordoned })],
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 2 Insufficient memory.',
    ],
    ['the emptier', {}, [nodeState({ name: 'a' }, [{ cpu: '2' }]), nodeState({ name: 'b' })], 'b'],
    [
      'the one without a sibling, though it is fuller',
      { owner: 'rc' },
      [nodeState({ name: 'a' }, [{ owner: 'rc' }]), nodeState({ name: 'b' }, [{ cpu: '2' }])],
      'b',
    ],
  ];
  for (const [what, wanted, nodes, expected] of cases) it(what, () => assert.equal(outcome(wanted, nodes), expected));

  it('chooses among equals by chance', () => {
    const nodes = ['a', 'b', 'c'].map(name => nodeState({ name }));
    const chosen = [0, 0.5, 0.99].map(chance => schedule(info(), nodes, { random: () => chance }));
    assert.deepEqual(
      chosen.map(plan => isPlacement(plan) && plan.node),
      ['a', 'b', 'c'],
    );
  });

  it('says which filters refused, and how the chosen was rated', () => {
    const refused = schedule(info({ cpu: '9' }), [nodeState(), nodeState({ name: 'b', unschedulable: true })], first);
    assert.ok(!isPlacement(refused));
    assert.deepEqual([...refused.refusedBy].sort(), ['NodeResourcesFit', 'NodeUnschedulable']);
    const placed = schedule(info({ owner: 'rc' }), [nodeState(), nodeState({ name: 'b' })], first);
    assert.ok(isPlacement(placed));
    assert.deepEqual(placed.ratings, { PodTopologySpread: 200, NodeResourcesFit: 97 });
  });

  it('places ten replicas evenly on three equal nodes', () => {
    const nodes = ['a', 'b', 'c'].map(name => nodeState({ name }));
    for (let i = 0; i < 10; i++) {
      const replica = info({ name: `r${i}`, owner: 'rc' });
      const plan = schedule(replica, nodes, first);
      assert.ok(isPlacement(plan));
      nodes.find(state => state.name === plan.node)?.add(replica);
    }
    assert.deepEqual(nodes.map(state => state.pods.size).sort(), [3, 3, 4]);
  });

  it('never chooses a node that has no room, whatever the pods', () => {
    const cpus = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(fc.array(cpus, { maxLength: 20 }), fc.nat(), (asked, startAt) => {
        const nodes = ['a', 'b', 'c'].map(name => nodeState({ name, cpu: '4', pods: '5' }));
        asked.forEach((milli, i) => {
          const wanted = info({ name: `p${i}`, cpu: `${milli}m` });
          const plan = schedule(wanted, nodes, { ...first, startAt });
          if (isPlacement(plan)) nodes.find(state => state.name === plan.node)?.add(wanted);
          else assert.equal(plan.verdicts.size, 3);
        });
        for (const state of nodes) assert.ok((state.requested.cpu ?? 0) <= 4000 && state.pods.size <= 5);
      }),
    );
  });

  it('looks at enough nodes of a large cluster, beginning elsewhere each time', () => {
    assert.deepEqual(
      [50, 100, 1000, 5000, 20_000].map(nodes => enoughNodes(nodes)),
      [50, 100, 420, 500, 1000],
    );
    assert.deepEqual([enoughNodes(1000, 20), enoughNodes(300, 5), enoughNodes(300, 100)], [200, 100, 300]);
    const nodes = Array.from({ length: 300 }, (_, i) => nodeState({ name: `n${i}` }));
    const plan = schedule(info(), nodes, { ...first, startAt: 250 });
    assert.ok(isPlacement(plan));
    assert.equal(plan.node, 'n250');
    assert.equal(plan.feasible, enoughNodes(300));
  });
});
