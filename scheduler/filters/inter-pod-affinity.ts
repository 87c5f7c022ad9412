/**
 * Pods that must stand near certain others (affinity) or far from them (anti-affinity). Near is: on nodes that have the same
 * value of the term's label. Anti-affinity holds both ways: what a standing pod keeps away is kept away.
 */
import { meansPod, type NamespaceLabels, selectionOfTerm, type WeightedTerm } from '../model/affinity-term.js';
import type { PodInfo } from '../model/pod-info.js';
import { allOf } from '../model/pod-selection.js';
import type { ClusterEvent } from '../queue/events.js';
import type { View } from '../view.js';
import { type Check, type Filter, lasting, refusal } from './filter.js';
import { Places } from './places.js';

const notNear = lasting("node(s) didn't match pod affinity rules");
const tooNear = refusal("node(s) didn't match pod anti-affinity rules");
const keptAway = refusal("node(s) didn't satisfy existing pods anti-affinity rules");

export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  wakes: { NodeAdded: true, NodeLabels: true, NamespaceLabels: true, PodAssigned: isWanted, PodGone: wasInTheWay },
  prepare: (pod, view) => {
    const near = nearness(pod, view);
    const far = pod.antiAffinity.map(({ term }) => countsOf(view, [term], term.topologyKey));
    const guards = guardsAgainst(pod, view);
    if (!near && far.length === 0 && guards.length === 0 && view.nominations.isEmpty) return undefined;
    return check(pod, view.namespaces, near, far, guards);
  },
};

type Term = WeightedTerm['term'];

interface Guard {
  term: Term;
  places: Places;
}

interface Nearness {
  /** Of the pods that all terms mean, for each term. */
  places: readonly Places[];
  /** A group that wants to stand together begins somewhere: its first pod finds nobody, and means itself. */
  meansItself: boolean;
}

const countsOf = (view: View, terms: readonly Term[], topologyKey: string): Places => {
  const selection = allOf(terms.map(term => selectionOfTerm(term, view.namespaces)));
  return new Places(topologyKey, view.counts(selection).perPlace(topologyKey));
};

function nearness({ affinity, pod }: PodInfo, view: View): Nearness | undefined {
  if (affinity.length === 0) return undefined;
  const terms = affinity.map(({ term }) => term);
  return {
    places: terms.map(({ topologyKey }) => countsOf(view, terms, topologyKey)),
    meansItself: terms.every(term => meansPod(term, pod, view.namespaces)),
  };
}

const guardsAgainst = (pod: PodInfo, view: View): Guard[] =>
  view.guards
    .meaning(pod, view.namespaces)
    .map(({ term, perPlace }) => ({ term, places: new Places(term.topologyKey, perPlace) }));

function check(
  pod: PodInfo,
  namespaces: NamespaceLabels,
  near: Nearness | undefined,
  far: readonly Places[],
  guards: Guard[],
): Check {
  const isNear = (node: Parameters<Check['refuses']>[0]): boolean => {
    if (!near) return true;
    if (near.places.every(places => places.at(node) > 0)) return true;
    const labelled = near.places.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);
    return labelled && near.meansItself && near.places.every(places => places.areEmpty);
  };
  return {
    refuses: node => {
      if (!isNear(node)) return notNear;
      for (const places of far) if (places.at(node) > 0) return tooNear;
      for (const { places } of guards) if (places.at(node) > 0) return keptAway;
      return undefined;
    },
    change: (other, node, by) => {
      const isMeant = ({ term }: WeightedTerm): boolean => meansPod(term, other.pod, namespaces);
      if (near && pod.affinity.every(isMeant)) for (const places of near.places) places.imagine(node, by);
      pod.antiAffinity.forEach((term, i) => {
        if (isMeant(term)) far[i]?.imagine(node, by);
      });
      for (const { term } of other.antiAffinity) {
        if (meansPod(term, pod.pod, namespaces)) guardOf(guards, term).places.imagine(node, by);
      }
    },
  };
}

function guardOf(guards: Guard[], term: Term): Guard {
  let guard = guards.find(({ term: { id } }) => id === term.id);
  if (!guard) {
    guard = { term, places: new Places(term.topologyKey, new Map()) };
    guards.push(guard);
  }
  return guard;
}

/** Whoever wants company is helped by a pod that it means; and by any other that its own kind may begin a group with. */
function isWanted({ affinity }: PodInfo, { pod }: ClusterEvent): boolean {
  return pod === undefined || affinity.some(({ term }) => term.selector.matches(pod.pod.metadata.labels));
}

/** Distance is helped by the going of a pod that one avoids, or that avoids one. */
function wasInTheWay({ affinity, antiAffinity, pod: { metadata } }: PodInfo, { pod }: ClusterEvent): boolean {
  if (pod === undefined || affinity.length > 0) return true;
  return (
    antiAffinity.some(({ term }) => term.selector.matches(pod.pod.metadata.labels)) ||
    pod.antiAffinity.some(({ term }) => term.selector.matches(metadata.labels))
  );
}
