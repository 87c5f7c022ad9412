import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelSelectorOf } from '../../api/selectors/index.js';
import type { Node } from '../../api/types.js';
import type { PodInfo } from '../model/pod-info.js';
import { selectionOf } from '../model/pod-selection.js';
import { clusterOf, info, node, type PodWords } from '../testing/objects.js';
import { Cluster } from './cluster.js';

const web = selectionOf(new Set(['default']), labelSelectorOf({ matchLabels: { app: 'web' } }));
const term = (app: string) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app } } });
const shy = (app: string): PodWords => ({
  labels: { app },
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } },
});

const sorted = (counts: ReadonlyMap<string, number>): [string, number][] => [...counts].sort();

/** All that a cluster keeps up, as text. */
function kept(cluster: Cluster): unknown {
  const asker = info({ labels: { app: 'web' } });
  return {
    counts: sorted(cluster.counts(web).perPlace('zone')),
    onNodes: cluster
      .nodes()
      .map(state => [state.name, cluster.counts(web).onNode(state)])
      .sort(),
    siblings: ['x', 'y'].map(owner => sorted(cluster.siblings(owner).perPlace('zone'))),
    places: sorted(cluster.places('zone')),
    guards: cluster.guards.meaning(asker, new Map()).map(({ perPlace }) => sorted(perPlace)),
    images: cluster.nodesWithImage('i:1'),
  };
}

describe('what a cluster keeps up', () => {
  it('is after any changes what it would be if it were counted anew', () => {
    const change = fc.oneof(
      fc.record({
        step: fc.constantFrom('place' as const, 'remove' as const),
        pod: fc.nat(6),
        app: fc.constantFrom('web', 'db'),
        owner: fc.constantFrom('x', 'y'),
        on: fc.constantFrom('a', 'b', 'c'),
      }),
      fc.record({
        step: fc.constantFrom('node' as const, 'gone' as const),
        on: fc.constantFrom('a', 'b', 'c'),
        zone: fc.constantFrom('', '1', '2'),
        image: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), changes => {
        const cluster = new Cluster();
        const nodes = new Map<string, Node>();
        const standing = new Map<string, [PodInfo, string]>();
        kept(cluster);
        for (const one of changes) {
          if (one.step === 'place') {
            const pod = info({ name: `p${one.pod}`, owner: one.owner, ...shy(one.app) });
            cluster.place(pod, one.on);
            standing.set(pod.key, [pod, one.on]);
          } else if (one.step === 'remove') {
            cluster.remove(`default/p${one.pod}`);
            standing.delete(`default/p${one.pod}`);
          } else if (one.step === 'node') {
            const labels: Record<string, string> = one.zone === '' ? {} : { zone: one.zone };
            const now = node({ name: one.on, labels, images: one.image ? { 'i:1': 1 } : {} });
            cluster.setNode(now);
            nodes.set(one.on, now);
          } else {
            cluster.removeNode(one.on);
            nodes.delete(one.on);
          }
          kept(cluster);
        }
        const anew = clusterOf([]);
        for (const one of nodes.values()) anew.setNode(one);
        for (const [pod, on] of standing.values()) anew.place(pod, on);
        assert.deepEqual(kept(cluster), kept(anew));
      }),
    );
  });
});
