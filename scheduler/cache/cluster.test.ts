import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NodeState } from '../model/node-state.js';
import { info, node } from '../testing/objects.js';
import { assumedForMs, Cluster } from './cluster.js';
import { nodeChanges } from './node-changes.js';

const cpuOn = (cluster: Cluster, name: string): number =>
  cluster.nodes().find(state => state.name === name)?.requested.cpu ?? 0;

describe('Cluster', () => {
  it('counts assumed pods until their binding fails', () => {
    const cluster = new Cluster();
    cluster.setNode(node({ name: 'a' }));
    const pod = info({ cpu: '1' });
    cluster.assume(pod, 'a');
    assert.equal(cpuOn(cluster, 'a'), 1000);
    assert.ok(cluster.isAssumed(pod.key, pod.uid));
    assert.ok(!cluster.isAssumed(pod.key, 'another uid'));
    cluster.forget(pod);
    assert.equal(cpuOn(cluster, 'a'), 0);
  });

  it('ends an assumption some time after the binding, but never before it is done', () => {
    const cluster = new Cluster();
    cluster.setNode(node({ name: 'a' }));
    const pod = info({ cpu: '1' });
    cluster.assume(pod, 'a');
    assert.deepEqual(cluster.expire(1e12), []);
    cluster.bound(pod, 1000);
    assert.deepEqual(cluster.expire(1000 + assumedForMs - 1), []);
    assert.deepEqual(cluster.expire(1000 + assumedForMs), [pod]);
    assert.equal(cpuOn(cluster, 'a'), 0);
  });

  it('what the server says ends the assumption, even on another node', () => {
    const cluster = new Cluster();
    for (const name of ['a', 'b']) cluster.setNode(node({ name }));
    const pod = info({ cpu: '1' });
    cluster.assume(pod, 'a');
    cluster.bound(pod, 0);
    cluster.place(pod, 'b');
    cluster.forget(pod);
    assert.deepEqual(cluster.expire(1e12), []);
    assert.deepEqual([cpuOn(cluster, 'a'), cpuOn(cluster, 'b')], [0, 1000]);
  });

  it('counts pods that are heard of before their node, and keeps counting while it is away', () => {
    const cluster = new Cluster();
    cluster.place(info({ cpu: '1' }), 'a');
    assert.deepEqual(cluster.nodes(), []);
    cluster.setNode(node({ name: 'a' }));
    assert.equal(cpuOn(cluster, 'a'), 1000);
    cluster.removeNode('a');
    assert.deepEqual(cluster.nodes(), []);
    cluster.setNode(node({ name: 'a' }));
    assert.equal(cpuOn(cluster, 'a'), 1000);
  });

  it('after any changes its sums are those of the pods that stand there', () => {
    const change = fc.record({
      pod: fc.nat(5),
      cpu: fc.nat(3000),
      port: fc.constantFrom(undefined, 80, 81),
      owner: fc.constantFrom('x', 'y'),
      node: fc.constantFrom('a', 'b'),
      step: fc.constantFrom('place', 'assume', 'remove', 'forget'),
    });
    fc.assert(
      fc.property(fc.array(change), changes => {
        const cluster = new Cluster();
        for (const name of ['a', 'b']) cluster.setNode(node({ name }));
        for (const { pod, cpu, owner, port, node: on, step } of changes) {
          const one = info({ name: `p${pod}`, cpu: `${cpu}m`, owner, ...(port ? { hostPort: port } : {}) });
          if (step === 'place') cluster.place(one, on);
          else if (step === 'assume') cluster.assume(one, on);
          else if (step === 'remove') cluster.remove(one.key);
          else cluster.forget(one);
        }
        for (const state of cluster.nodes()) {
          const anew = new NodeState(state.name);
          for (const pod of state.pods.values()) anew.add(pod);
          assert.equal(state.requested.cpu ?? 0, anew.requested.cpu ?? 0);
          assert.equal(state.scoringRequested.memory ?? 0, anew.scoringRequested.memory ?? 0);
          for (const owner of ['x', 'y']) {
            const own = [...state.pods.values()].filter(pod => pod.ownerUid === owner);
            assert.equal(cluster.siblings(owner).onNode(state), own.length);
          }
          for (const port of [80, 81]) {
            const wanted = { ip: '0.0.0.0', protocol: 'TCP', port };
            assert.equal(state.hasPortConflict(wanted), anew.hasPortConflict(wanted));
          }
        }
      }),
    );
  });
});

describe('changes of a node', () => {
  const before = node({ labels: { a: 'b' } });
  const cases: [string, Parameters<typeof node>[0], string[]][] = [
    ['a heartbeat', { labels: { a: 'b' } }, []],
    ['labels', {}, ['NodeLabels']],
    ['cordon', { labels: { a: 'b' }, unschedulable: true }, ['NodeUnschedulable']],
    [
      'taints and size',
      { labels: { a: 'b' }, cpu: '8', taints: [{ key: 'k', effect: 'NoSchedule' }] },
      ['NodeAllocatable', 'NodeTaints'],
    ],
  ];
  for (const [what, words, events] of cases) it(what, () => assert.deepEqual(nodeChanges(before, node(words)), events));
});
