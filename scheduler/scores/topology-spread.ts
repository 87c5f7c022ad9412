/**
 * Prefers nodes in places with fewer of the pods that its ScheduleAnyway constraints mean. Pods without constraints are
 * spread as the profile says: as a rule the pods of one controller, over hosts and zones.
 */
import { labelSelectorOf } from '../../api/selectors/index.js';
import type { PodCounts } from '../cache/pod-counts.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import {
  comparesAll,
  comparesNode,
  type SpreadConstraint,
  spreadConstraint,
  spreadConstraints,
} from '../model/spread-constraint.js';
import type { ProfileArguments } from '../profiles/profile.js';
import type { View } from '../view.js';
import { most, type Score } from './score.js';

const hostname = 'kubernetes.io/hostname';

export const spreadPreference: Score = {
  name: 'PodTopologySpread',
  rate: (pod, nodes, view, args) => {
    const { constraints, everyLabel } = wishesOf(pod, view, args);
    if (constraints.length === 0) return undefined;
    const all = constraints.map(({ constraint }) => constraint);
    const keys = all.map(({ topologyKey }) => topologyKey);
    const counts = (node: NodeState): boolean => !everyLabel || keys.every(key => node.labels[key] !== undefined);
    const compared = everyLabel ? nodes.filter(counts) : nodes;
    const crowds = constraints.map(({ constraint, counts: pods }) =>
      crowdOf(constraint, pods, { pod, view, compared, all: everyLabel ? all : [constraint] }),
    );
    return fewestFirst(nodes.map(node => (counts(node) ? Math.round(crowdedness(node, crowds)) : undefined)));
  },
};

function crowdedness(node: NodeState, crowds: readonly ((node: NodeState) => number)[]): number {
  let sum = 0;
  for (const crowd of crowds) sum += crowd(node);
  return sum;
}

interface Wishes {
  constraints: readonly { constraint: SpreadConstraint; counts: PodCounts }[];
  /** Nodes that lack one of the labels are the last choice. The system's own constraints do not mind. */
  everyLabel: boolean;
}

/** A controller's pods are the same as those that its selector means, without having to watch every kind of controller. */
function wishesOf(info: PodInfo, view: View, { defaultConstraints }: ProfileArguments): Wishes {
  const { ownerUid, pod } = info;
  if (pod.spec?.topologySpreadConstraints?.length) {
    const soft = spreadConstraints(info, 'ScheduleAnyway');
    const constraints = soft.map(constraint => ({ constraint, counts: view.counts(constraint.selection) }));
    return { constraints, everyLabel: true };
  }
  if (ownerUid === undefined) return { constraints: [], everyLabel: true };
  const counts = view.siblings(ownerUid);
  const written = defaultConstraints === 'System' ? systemConstraints : defaultConstraints;
  const constraints = written
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway')
    .map(one => ({ constraint: spreadConstraint(pod, one, labelSelectorOf({})), counts }));
  return { constraints, everyLabel: defaultConstraints !== 'System' };
}

const systemConstraints = [
  { topologyKey: hostname, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface Comparison {
  pod: PodInfo;
  view: View;
  /** The nodes that the pod may have. */
  compared: readonly NodeState[];
  /** The constraints whose labels a node must have to be counted. */
  all: readonly SpreadConstraint[];
}

/** How crowded a node is for one constraint; places count for more the more of them there are. */
function crowdOf(
  constraint: SpreadConstraint,
  counts: PodCounts,
  { pod, view, compared, all }: Comparison,
): (node: NodeState) => number {
  const { maxSkew, topologyKey } = constraint;
  const onHost = topologyKey === hostname;
  const weight = Math.log((onHost ? compared.length : placesAmong(compared, topologyKey)) + 2);
  if (onHost) return node => counts.onNode(node) * weight + maxSkew - 1;
  const perPlace = comparesAll(constraint, all, pod, view)
    ? counts.perPlace(topologyKey)
    : countedAmong(constraint, counts, all, pod, view);
  return node => {
    const place = node.labels[topologyKey];
    return place === undefined ? 0 : (perPlace.get(place) ?? 0) * weight + maxSkew - 1;
  };
}

function placesAmong(nodes: readonly NodeState[], topologyKey: string): number {
  const places = new Set<string>();
  for (const { labels } of nodes) {
    const place = labels[topologyKey];
    if (place !== undefined) places.add(place);
  }
  return places.size;
}

function countedAmong(
  constraint: SpreadConstraint,
  counts: PodCounts,
  all: readonly SpreadConstraint[],
  pod: PodInfo,
  view: View,
): Map<string, number> {
  const perPlace = new Map<string, number>();
  for (const node of view.nodes()) {
    const place = node.labels[constraint.topologyKey];
    if (place === undefined || !comparesNode(constraint, all, pod, node)) continue;
    perPlace.set(place, (perPlace.get(place) ?? 0) + counts.onNode(node));
  }
  return perPlace;
}

function fewestFirst(sums: readonly (number | undefined)[]): number[] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const sum of sums) {
    if (sum === undefined) continue;
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  return sums.map(sum => (sum === undefined ? 0 : high === 0 ? most : Math.floor((most * (high + low - sum)) / high)));
}
