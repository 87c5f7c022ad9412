import assert from 'node:assert/strict';
import type { DaemonSet, Node, Pod, Taint, Toleration } from '../../api/types.js';
import { node, noon, pod } from '../testing/objects.js';
import { specFor, targetOf, tolerationsOf, verdictOn } from './placement.js';
import { planFor } from './plan.js';

type Spec = NonNullable<DaemonSet['spec']>;
type PodSpec = NonNullable<NonNullable<Spec['template']>['spec']>;
const setOf = (spec: Partial<Spec> = {}, podSpec: Partial<PodSpec> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default', uid: 'uid-of-agent', generation: 2 },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'a' }], ...podSpec } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ...spec,
  },
});

const nodeWith = (name: string, taints: Taint[] = [], labels: Record<string, string> = {}): Node => {
  const plain = node(name);
  return { ...plain, metadata: { ...plain.metadata, labels }, spec: { taints } };
};
const taint = (effect: string, key = 'dedicated'): Taint => ({ key, effect });

/** 'a' is a new pod on node a; 'o' after it: old; 'x': not ready; 't': terminating; 'f': failed; 'w': not bound yet. */
const podsOf = (text: string): Pod[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word, i) => {
      const on = word.slice(0, 1);
      const has = (mark: string): boolean => word.slice(1).includes(mark);
      const labels = { app: 'agent', 'controller-revision-hash': has('o') ? 'old' : 'new' };
      const phase = has('f') ? 'Failed' : has('s') ? 'Succeeded' : 'Running';
      const spec = has('w') ? specFor({ containers: [] }, on) : { nodeName: on };
      const creationTimestamp = `2025-01-01T00:00:${10 + i}Z` as never;
      const ready = has('x') ? (false as const) : 3600;
      const made = pod(`${word}-${i}`, { labels, phase, ready, spec, creationTimestamp });
      return has('t') ? { ...made, metadata: { ...made.metadata, deletionTimestamp: 't' as never } } : made;
    });

const planned = (set: DaemonSet, nodes: Node[], pods: string) => {
  const hashes = new Set(['new']);
  return planFor({ set, nodes, pods: podsOf(pods), hashes, collisionCount: 0, now: noon });
};
const said = (set: DaemonSet, nodes: Node[], pods: string): string => {
  const plan = planned(set, nodes, pods);
  const name = (of: Pod): string => (of.metadata.name ?? '').replace(/-\d+$/, '');
  return [
    ...plan.create.map(one => `+${one}`),
    ...plan.delete.map(one => `-${name(one)}`),
    ...plan.ended.map(one => `!${name(one.pod)}`),
  ].join(' ');
};
const three = ['a', 'b', 'c'].map(name => nodeWith(name));
const rolling = (rollingUpdate: object) => setOf({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
const surge = rolling({ maxSurge: 1, maxUnavailable: 0 });

describe('what a daemon set does next', () => {
  const table: [string, DaemonSet, Node[], string, string][] = [
    ['a pod on each node', setOf(), three, 'b', '+a +c'],
    ['nothing when each has one', setOf(), three, 'a b c', ''],
    ['waits for a pod to be gone', setOf(), three, 'a bt c', ''],
    ['not on a node that is tainted', setOf(), [nodeWith('a', [taint('NoSchedule')]), ...three.slice(1)], 'b c', ''],
    ['but what is there may stay', setOf(), [nodeWith('a', [taint('NoSchedule')])], 'a', ''],
    ['unless it is driven out', setOf(), [nodeWith('a', [taint('NoExecute')])], 'a', '-a'],
    ['not where the selector does not lead', setOf({}, { nodeSelector: { disk: 'ssd' } }), three, 'a', '-a'],
    ['only the oldest of several stays', setOf(), three, 'a a b c', '-a'],
    ['one that failed goes', setOf(), three, 'af b c', '!af'],
    ['and one that is done', setOf(), three, 'as b c', '!as'],
    ['one that waits for a node that is no more goes', setOf(), three, 'a b c zw', '-zw'],
    ['one that is bound to such a node is left to be collected', setOf(), three, 'a b c z', ''],
    ['an old one goes when all serve', setOf(), three, 'ao bo c', '-ao'],
    ['not while another is missing', setOf(), three, 'ao bo cx', ''],
    ['old ones that do not serve go at once', setOf(), three, 'aox box c', '-aox -box'],
    ['two, where two may be missing', rolling({ maxUnavailable: 2 }), three, 'ao bo co', '-ao -bo'],
    ['a share, rounded up', rolling({ maxUnavailable: '34%' }), three, 'ao bo co', '-ao -bo'],
    ['never on delete', setOf({ updateStrategy: { type: 'OnDelete' } }), three, 'ao bo co', ''],
    ['a new one beside the old', surge, three, 'ao bo co', '+a'],
    ['waits until the new one serves', surge, three, 'ao ax bo co', ''],
    ['then the old one goes', surge, three, 'ao a bo co', '-ao'],
    ['an old one that does not serve gets its new one at once', surge, three, 'aox box co', '+a +b +c'],
    ['and goes when the new one is there', surge, three, 'aox ax b c', '-aox'],
  ];
  for (const [what, set, nodes, pods, expected] of table)
    it(what, () => assert.equal(said(set, nodes, pods), expected));

  it('counts', () => {
    const nodes = [...three, nodeWith('d', [taint('NoSchedule')])];
    assert.deepEqual(planned(setOf(), nodes, 'a bo cx d').status, {
      currentNumberScheduled: 3,
      numberMisscheduled: 1,
      desiredNumberScheduled: 3,
      numberReady: 2,
      observedGeneration: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
      numberUnavailable: 1,
    });
  });
});

describe('the place of a daemon', () => {
  const inTrouble = ['not-ready', 'unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
  for (const trouble of inTrouble) {
    it(`is on a node that is ${trouble}`, () => {
      const effect = trouble.startsWith('not-') || trouble === 'unreachable' ? 'NoExecute' : 'NoSchedule';
      const verdict = verdictOn(nodeWith('a', [taint(effect, `node.kubernetes.io/${trouble}`)]), setOf());
      assert.deepEqual(verdict, { shouldRun: true, mayStay: true });
    });
  }

  it('is on a node without a network only if it needs none of its own', () => {
    const cut = nodeWith('a', [taint('NoSchedule', 'node.kubernetes.io/network-unavailable')]);
    assert.equal(verdictOn(cut, setOf()).shouldRun, false);
    assert.equal(verdictOn(cut, setOf({}, { hostNetwork: true })).shouldRun, true);
  });

  it('may be named, by a name or by affinity', () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    assert.equal(verdictOn(nodeWith('a'), setOf({}, { nodeName: 'b' })).mayStay, false);
    assert.equal(verdictOn(nodeWith('a'), setOf({}, { affinity })).shouldRun, false);
    assert.equal(verdictOn(nodeWith('a', [], { disk: 'ssd' }), setOf({}, { affinity })).shouldRun, true);
  });

  it('is what its pod asks for, and nothing else', () => {
    const spec = specFor({ containers: [], tolerations: [{ operator: 'Exists' }] as Toleration[] }, 'b');
    assert.equal(targetOf(pod('p', { spec })), 'b');
    assert.deepEqual(tolerationsOf(spec), spec.tolerations, 'adding tolerations twice adds them once');
  });
});
