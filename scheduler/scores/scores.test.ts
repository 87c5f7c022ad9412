import assert from 'node:assert/strict';
import type { NodeState } from '../model/node-state.js';
import { defaultProfile, type ProfileArguments } from '../profiles/profile.js';
import { clusterOf, info, nodeState, type PodWords } from '../testing/objects.js';
import { balancedAllocation } from './balanced-allocation.js';
import { imageLocality } from './image-locality.js';
import { podPreference } from './inter-pod-affinity.js';
import { nodePreference } from './node-affinity.js';
import { resourcesFit } from './resources-fit.js';
import type { Score } from './score.js';
import { taintPreference } from './taint-toleration.js';
import { spreadPreference } from './topology-spread.js';

const rates = (
  score: Score,
  wanted: PodWords,
  nodes: NodeState[],
  args: Partial<ProfileArguments> = {},
): readonly number[] | undefined => {
  const view = clusterOf(nodes);
  return score.rate(info(wanted), view.nodes(), view, { ...defaultProfile.args, ...args });
};
const gigabyte = 1024 ** 3;

describe('scores', () => {
  describe('resources', () => {
    const wanted = { cpu: '1', memory: '2Gi' };
    const nodes = (): NodeState[] => [
      nodeState({ name: 'a', cpu: '4', memory: '8Gi' }),
      nodeState({ name: 'b', cpu: '4', memory: '8Gi' }, [{ cpu: '2', memory: '2Gi' }]),
      nodeState({ name: 'c', cpu: '1', memory: '2Gi' }),
    ];
    const { fit } = defaultProfile.args;
    it('least allocated: the mean share of cpu and memory that would be left', () => {
      assert.deepEqual(rates(resourcesFit, wanted, nodes()), [75, 37, 0]);
    });
    it('most allocated: the share that would be used', () => {
      assert.deepEqual(rates(resourcesFit, wanted, nodes(), { fit: { ...fit, type: 'MostAllocated' } }), [25, 62, 100]);
    });
    it('along a shape, by weight', () => {
      const shape = [
        { utilization: 0, score: 0 },
        { utilization: 50, score: 10 },
      ];
      const resources = [
        { name: 'cpu', weight: 3 },
        { name: 'memory', weight: 1 },
      ];
      const ratio = { type: 'RequestedToCapacityRatio' as const, shape, resources };
      assert.deepEqual(rates(resourcesFit, { cpu: '1', memory: '4Gi' }, nodes().slice(0, 1), { fit: ratio }), [63]);
    });
    it('a container that asks for nothing counts as Kubernetes counts it', () => {
      assert.deepEqual(rates(resourcesFit, {}, [nodeState({ cpu: '1', memory: '2Gi' })]), [90]);
    });
    it('balanced: cpu and memory used alike', () => {
      const full = nodeState({ name: 'd', cpu: '4', memory: '8Gi' }, [{ cpu: '3' }]);
      assert.deepEqual(rates(balancedAllocation, wanted, [nodes()[0] as NodeState, full]), [100, 62]);
      assert.equal(rates(balancedAllocation, {}, nodes()), undefined);
    });
  });

  it('taints: the fewer that are not tolerated the better', () => {
    const taint = (key: string) => ({ key, effect: 'PreferNoSchedule' });
    const nodes = [
      nodeState({ name: 'a', taints: [taint('a'), taint('b')] }),
      nodeState({ name: 'b', taints: [taint('a')] }),
      nodeState({ name: 'c', taints: [taint('ok')] }),
    ];
    assert.deepEqual(rates(taintPreference, { tolerations: [{ key: 'ok', operator: 'Exists' }] }, nodes), [0, 50, 100]);
    assert.equal(rates(taintPreference, {}, [nodeState()]), undefined);
  });

  it('preferred node affinity: by weight', () => {
    const prefer = (weight: number, zone: string) => ({
      weight,
      preference: { matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] },
    });
    const words: PodWords = {
      affinity: {
        nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(80, 'a'), prefer(20, 'b')] },
      },
    };
    const nodes = ['a', 'b', 'c'].map(zone => nodeState({ name: zone, labels: { zone } }));
    assert.deepEqual(rates(nodePreference, words, nodes), [100, 25, 0]);
    assert.equal(rates(nodePreference, {}, nodes), undefined);
  });

  it('images: larger ones that are there already, on more nodes for more', () => {
    const nodes = [
      nodeState({ name: 'a', images: { 'x:latest': gigabyte, 'y:1': gigabyte / 2 } }),
      nodeState({ name: 'b', images: { 'y:1': gigabyte / 2 } }),
    ];
    const of = (image: string): PodWords => ({ containers: [{ name: 'c', image }] });
    assert.deepEqual(rates(imageLocality, of('x'), nodes), [50, 0]);
    assert.deepEqual(rates(imageLocality, of('y:1'), nodes), [50, 50]);
    assert.equal(rates(imageLocality, of('z'), nodes), undefined);
  });

  describe('preferred pod affinity', () => {
    const term = (app: string) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } } });
    const weighted = (app: string, weight: number) => [{ weight, podAffinityTerm: term(app) }];
    const near = (app: string, weight: number): PodWords => ({
      affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: weighted(app, weight) } },
    });
    const far = (app: string, weight: number): PodWords => ({
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: weighted(app, weight) } },
    });
    const in_ = (zone: string, ...standing: PodWords[]): NodeState =>
      nodeState({ name: zone, labels: { zone } }, standing);
    const web = { labels: { app: 'web' } };
    it('draws and keeps away', () => {
      const nodes = [in_('a', web, web), in_('b', web), in_('c')];
      assert.deepEqual(rates(podPreference, near('web', 10), nodes), [100, 50, 0]);
      assert.deepEqual(rates(podPreference, far('web', 10), nodes), [0, 50, 100]);
      assert.equal(rates(podPreference, near('none', 10), nodes), undefined);
    });
    it('standing pods have wishes too, and those who require company draw it', () => {
      assert.deepEqual(
        rates(podPreference, web, [in_('a', far('web', 5)), in_('b', near('web', 5)), in_('c')]),
        [0, 100, 50],
      );
      const drawn = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('web')] } } };
      assert.deepEqual(rates(podPreference, web, [in_('a', drawn), in_('b')]), [100, 0]);
      assert.equal(rates(podPreference, web, [in_('a', drawn), in_('b')], { hardPodAffinityWeight: 0 }), undefined);
    });
  });

  describe('spread', () => {
    const inZone = (name: string, zone: string | undefined, replicas: number, others = 0) =>
      nodeState({ name, ...(zone ? { labels: { 'topology.kubernetes.io/zone': zone } } : {}) }, [
        ...Array.from({ length: replicas }, (_, i) => ({ name: `${name}r${i}`, owner: 'rc', labels: { app: 'x' } })),
        ...Array.from({ length: others }, (_, i) => ({ name: `${name}o${i}`, owner: 'other' })),
      ]);
    const highestFirst = (found: readonly number[] | undefined): number[] =>
      (found ?? []).map((_, i) => i).sort((a, b) => (found?.[b] ?? 0) - (found?.[a] ?? 0));
    it('prefers nodes with fewer pods of the same controller', () => {
      const nodes = [inZone('a', undefined, 2), inZone('b', undefined, 1, 5), inZone('c', undefined, 0)];
      assert.deepEqual(highestFirst(rates(spreadPreference, { owner: 'rc' }, nodes)), [2, 1, 0]);
    });
    it('prefers zones with fewer', () => {
      const nodes = [inZone('a', 'a', 2), inZone('b', 'a', 0), inZone('c', 'b', 1)];
      assert.deepEqual(highestFirst(rates(spreadPreference, { owner: 'rc' }, nodes)), [1, 2, 0]);
    });
    it('prefers what ScheduleAnyway constraints ask for; nodes without the label come last', () => {
      const constraint = {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'x' } },
      };
      const nodes = [inZone('a', 'a', 3), inZone('b', 'b', 1), inZone('c', undefined, 0)];
      const found = rates(spreadPreference, { owner: 'rc', topologySpreadConstraints: [constraint] }, nodes);
      assert.deepEqual(found, [25, 100, 0]);
    });
    it('has no wish for a pod that nobody controls', () => {
      assert.equal(rates(spreadPreference, {}, [inZone('a', undefined, 2), inZone('b', undefined, 0)]), undefined);
    });
  });
});
