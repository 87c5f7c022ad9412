/**
 * Topology spread constraints with DoNotSchedule: between the places (values of a node label) with the most and the fewest
 * matching pods, the difference may not exceed maxSkew.
 */
import type { PodInfo } from '../model/pod-info.js';
import { comparesAll, comparesNode, type SpreadConstraint, spreadConstraints } from '../model/spread-constraint.js';
import type { ClusterEvent } from '../queue/events.js';
import type { View } from '../view.js';
import { type Check, type Filter, lasting, refusal } from './filter.js';
import { Places } from './places.js';

const unmatched = "node(s) didn't match pod topology spread constraints";
const tooMany = refusal(unmatched);
const unlabelled = lasting(`${unmatched} (missing required label)`);

export const podTopologySpread: Filter = {
  name: 'PodTopologySpread',
  wakes: { NodeAdded: true, NodeLabels: true, NodeTaints: true, PodAssigned: concerns, PodGone: concerns },
  prepare: (pod, view) => {
    const hard = spreadConstraints(pod, 'DoNotSchedule');
    if (hard.length === 0) return undefined;
    const checks = hard.map(constraint => checkOf(constraint, hard, pod, view));
    return {
      refuses: node => {
        for (const { refuses } of checks) {
          const verdict = refuses(node);
          if (verdict) return verdict;
        }
        return undefined;
      },
      change: (...change) => {
        for (const check of checks) check.change?.(...change);
      },
    };
  },
};

function checkOf(constraint: SpreadConstraint, all: readonly SpreadConstraint[], pod: PodInfo, view: View): Check {
  const { maxSkew, minDomains, selection, topologyKey } = constraint;
  const { compared, places } = counted(constraint, all, pod, view);
  const itself = selection.matches(pod.pod) ? 1 : 0;
  let fewest: number | undefined;
  return {
    refuses: node => {
      const place = node.labels[topologyKey];
      if (place === undefined) return unlabelled;
      fewest ??= compared.size < minDomains ? 0 : least(compared, places);
      return places.in(place) + itself - fewest > maxSkew ? tooMany : undefined;
    },
    change: (other, node, by) => {
      if (!selection.matches(other.pod) || !comparesNode(constraint, all, pod, node)) return;
      places.imagine(node, by);
      fewest = undefined;
    },
  };
}

function least(compared: ReadonlyMap<string, number>, places: Places): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (const place of compared.keys()) fewest = Math.min(fewest, places.in(place));
  return fewest;
}

/** The places that are compared, and the pods in them: as they are kept, where all nodes are compared with. */
function counted(
  constraint: SpreadConstraint,
  all: readonly SpreadConstraint[],
  pod: PodInfo,
  view: View,
): { compared: ReadonlyMap<string, number>; places: Places } {
  const { selection, topologyKey } = constraint;
  const counts = view.counts(selection);
  if (comparesAll(constraint, all, pod, view)) {
    return { compared: view.places(topologyKey), places: new Places(topologyKey, counts.perPlace(topologyKey)) };
  }
  const compared = new Map<string, number>();
  for (const node of view.nodes()) {
    if (comparesNode(constraint, all, pod, node))
      count(compared, node.labels[topologyKey] as string, counts.onNode(node));
  }
  return { compared, places: new Places(topologyKey, compared) };
}

const count = (compared: Map<string, number>, place: string, pods: number): void => {
  compared.set(place, (compared.get(place) ?? 0) + pods);
};

/** Only pods that are counted move the counts. */
function concerns(waiting: PodInfo, { pod }: ClusterEvent): boolean {
  if (pod === undefined || pod.pod.metadata.deletionTimestamp !== undefined) return true;
  return spreadConstraints(waiting, 'DoNotSchedule').some(({ selection }) => selection.matches(pod.pod));
}
