/**
 * Prefers nodes near pods that the pod would rather be near, and far from those it would rather avoid; and the other way
 * round, what standing pods prefer of it. A standing pod that requires such a neighbour draws it as well.
 */
import { selectionOfTerm, type WeightedTerm } from '../model/affinity-term.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { ProfileArguments } from '../profiles/profile.js';
import type { View } from '../view.js';
import { most, type Score } from './score.js';

interface Pull {
  topologyKey: string;
  weight: number;
  perPlace: ReadonlyMap<string, number>;
}

export const podPreference: Score = {
  name: 'InterPodAffinity',
  rate: (pod, nodes, view, args) => {
    const pulls = [...own(pod, view), ...others(pod, view, args)].filter(({ perPlace }) => perPlace.size > 0);
    if (pulls.length === 0) return undefined;
    const sums = nodes.map(node => sum(pulls, node));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const one of sums) {
      low = Math.min(low, one);
      high = Math.max(high, one);
    }
    return sums.map(one => (high === low ? 0 : Math.floor((most * (one - low)) / (high - low))));
  },
};

const own = ({ preferred }: PodInfo, view: View): Pull[] =>
  preferred.map(({ term, weight }) => ({
    topologyKey: term.topologyKey,
    weight,
    perPlace: view.counts(selectionOfTerm(term, view.namespaces)).perPlace(term.topologyKey),
  }));

function others(pod: PodInfo, view: View, args: ProfileArguments): Pull[] {
  const pull = (terms: readonly (WeightedTerm & Pick<Pull, 'perPlace'>)[], factor: number): Pull[] =>
    terms.map(({ term, weight, perPlace }) => ({ topologyKey: term.topologyKey, weight: weight * factor, perPlace }));
  const preferring = args.ignorePreferredTermsOfExistingPods && pod.preferred.length === 0;
  return [
    ...(preferring ? [] : pull(view.preferring.meaning(pod, view.namespaces), 1)),
    ...(args.hardPodAffinityWeight === 0
      ? []
      : pull(view.drawn.meaning(pod, view.namespaces), args.hardPodAffinityWeight)),
  ];
}

function sum(pulls: readonly Pull[], { labels }: NodeState): number {
  let total = 0;
  for (const { topologyKey, weight, perPlace } of pulls) {
    const place = labels[topologyKey];
    if (place !== undefined) total += weight * (perPlace.get(place) ?? 0);
  }
  return total;
}
