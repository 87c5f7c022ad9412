import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DaemonSet } from '../../api/types.js';
import { controllerRevisions, daemonSets, nodes, pods } from '../../client/resources.js';
import { Cluster, Crash } from '../testing/cluster.js';
import { live, report } from '../testing/kubelet.js';
import { node } from '../testing/objects.js';
import { daemonSetController } from './controller.js';
import { targetOf } from './placement.js';

const key = { namespace: 'default', name: 'agent' };
type Spec = NonNullable<DaemonSet['spec']>;
const withImage = (image: string) => ({
  template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image }] } },
});
const setOf = (spec: Partial<Spec> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { ...key, uid: 'uid-of-agent', generation: 1 },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ...withImage('a:1'),
    ...spec,
  },
});
const begun = (names: string[], spec: Partial<Spec> = {}): Cluster => {
  const cluster = new Cluster();
  cluster.put(daemonSets, setOf(spec));
  for (const name of names) cluster.put(nodes, node(name));
  cluster.start(daemonSetController());
  return cluster;
};
const change = (cluster: Cluster, spec: Partial<Spec>): void => {
  const set = cluster.find(daemonSets, key) as DaemonSet;
  const generation = (set.metadata.generation ?? 0) + 1;
  cluster.put(daemonSets, {
    ...set,
    metadata: { ...set.metadata, generation },
    spec: { ...(set.spec as Spec), ...spec },
  });
};
/** What runs where, once the scheduler has put each pod where it wants to be. */
const placed = (cluster: Cluster): string[] =>
  cluster
    .all(pods)
    .map(pod => `${targetOf(pod)} ${pod.spec?.containers[0]?.image}`)
    .sort();

describe('the daemon set controller', () => {
  it('makes a pod for each node, also for those that come later', async () => {
    const cluster = begun(['a', 'b']);
    await live(cluster);
    assert.deepEqual(placed(cluster), ['a a:1', 'b a:1']);
    cluster.put(nodes, node('c'));
    await live(cluster);
    assert.deepEqual(placed(cluster), ['a a:1', 'b a:1', 'c a:1']);
    const { status } = cluster.find(daemonSets, key) as DaemonSet;
    assert.deepEqual(
      [status?.numberReady, status?.updatedNumberScheduled, status?.numberUnavailable],
      [3, 3, undefined],
    );
    assert.equal(cluster.events.filter(event => event.includes('SuccessfulCreate Created pod: agent-')).length, 3);
  });

  it('is not woken by a heartbeat', async () => {
    const cluster = begun(['a']);
    await live(cluster);
    const [found] = cluster.all(nodes);
    assert.ok(found);
    const { sources } = daemonSetController();
    const beat = { ...found, status: { ...found.status, nodeInfo: {} as never } };
    const source = sources.find(({ resource }) => resource.plural === 'nodes');
    assert.deepEqual(source?.keysFor(beat, found, { list: () => [setOf()] } as never), []);
  });

  for (const [how, rollingUpdate] of [
    ['one after the other', { maxUnavailable: 1, maxSurge: 0 }],
    ['beside the old ones', { maxUnavailable: 0, maxSurge: 1 }],
  ] as const) {
    it(`renews them ${how}, and remembers`, async () => {
      const cluster = begun(['a', 'b', 'c'], { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
      await live(cluster);
      change(cluster, withImage('a:2'));
      await live(cluster);
      assert.deepEqual(placed(cluster), ['a a:2', 'b a:2', 'c a:2']);
      assert.deepEqual(
        cluster.all(controllerRevisions).map(({ revision }) => revision),
        [1, 2],
      );
    });
  }

  it('replaces a pod that failed, and later when it fails again', async () => {
    const cluster = begun(['a']);
    await live(cluster);
    const fail = (): void => {
      for (const pod of cluster.all(pods)) report(cluster, pod, { phase: 'Failed' });
    };
    fail();
    await live(cluster).catch(() => undefined);
    const count = (): number => cluster.writes.filter(write => write.startsWith('create pods')).length;
    assert.equal(count(), 2);
    fail();
    await cluster.settle();
    cluster.finishDeletions(pods);
    assert.equal(cluster.all(pods).length, 1, 'the second one is kept for a while');
    await cluster.pass(1_000);
    cluster.finishDeletions(pods);
    await cluster.settle();
    assert.equal(count(), 3);
    assert.match(cluster.events.join('\n'), /Warning FailedDaemonPod Found failed daemon pod default\/agent-/);
  });

  it('law: converges, with one pod a node, wherever it crashes', async () => {
    const steps = fc.array(fc.record({ nodes: fc.subarray(['a', 'b', 'c', 'd']), image: fc.nat({ max: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    });
    const surging = fc.boolean();
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), surging, async (life, crashes, surge) => {
        const rollingUpdate = surge ? { maxUnavailable: 0, maxSurge: 2 } : { maxUnavailable: 2, maxSurge: 0 };
        const cluster = begun([], { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
        for (const step of life) {
          for (const name of ['a', 'b', 'c', 'd']) {
            if (step.nodes.includes(name)) cluster.put(nodes, node(name));
            else {
              cluster.remove(nodes, { name });
              // Pods of a node that is gone are collected by another loop.
              for (const pod of cluster.all(pods))
                if (pod.spec?.nodeName === name)
                  cluster.remove(pods, { namespace: 'default', name: pod.metadata.name ?? '' });
            }
          }
          change(cluster, withImage(`a:${step.image}`));
          for (const writes of [...crashes, Number.POSITIVE_INFINITY]) {
            cluster.crashAfter = writes;
            cluster.start(daemonSetController());
            await live(cluster).catch(error => assert.ok(error instanceof Crash, String(error)));
          }
          assert.deepEqual(placed(cluster), step.nodes.map(name => `${name} a:${step.image}`).sort());
        }
      }),
      { numRuns: 40 },
    );
  });
});
