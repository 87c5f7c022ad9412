/**
 * Pods that must stand near certain others (affinity) or far from them (anti-affinity). Near is: on nodes that have the same
 * value of the term's label. Anti-affinity holds both ways: what a standing pod keeps away is kept away.
 */
import { type AffinityTerm, meansPod } from '../model/affinity-term.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { TopologyFilter } from './filter.js';

export const interPodAffinity: TopologyFilter = {
  name: 'InterPodAffinity',
  wokenBy: ['NodeAdded', 'NodeLabels', 'PodAssigned', 'PodGone'],
  prepare: (pod, nodes) => {
    const guarded = guardedFrom(pod, nodes);
    const avoided = new Places();
    for (const term of pod.antiAffinity) avoided.addAll(term.topologyKey, nodes, one => meansPod(term, one.pod));
    const near = nearness(pod, nodes);
    if (!near && avoided.isEmpty && guarded.isEmpty) return undefined;
    return node => {
      if (near && !near(node)) return ["node(s) didn't match pod affinity rules"];
      if (avoided.holds(node)) return ["node(s) didn't match pod anti-affinity rules"];
      if (guarded.holds(node)) return ["node(s) didn't satisfy existing pods anti-affinity rules"];
      return [];
    };
  },
};

/** Values of topology labels: 'zone' -> {'a', 'b'}. */
class Places {
  readonly #values = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  add(topologyKey: string, { labels }: NodeState): void {
    const value = labels[topologyKey];
    if (value === undefined) return;
    this.#values.set(topologyKey, (this.#values.get(topologyKey) ?? new Set()).add(value));
  }

  /** The places of all pods that are meant. */
  addAll(topologyKey: string, nodes: readonly NodeState[], isMeant: (pod: PodInfo) => boolean): void {
    for (const node of nodes) {
      for (const pod of node.pods.values()) {
        if (!isMeant(pod)) continue;
        this.add(topologyKey, node);
        break;
      }
    }
  }

  has(topologyKey: string, { labels }: NodeState): boolean {
    const value = labels[topologyKey];
    return value !== undefined && (this.#values.get(topologyKey)?.has(value) ?? false);
  }

  /** Whether the node is in any of these places. */
  holds(node: NodeState): boolean {
    for (const topologyKey of this.#values.keys()) if (this.has(topologyKey, node)) return true;
    return false;
  }
}

function guardedFrom(pod: PodInfo, nodes: readonly NodeState[]): Places {
  const guarded = new Places();
  for (const node of nodes) {
    for (const guard of node.guarded.values()) {
      for (const term of guard.antiAffinity) if (meansPod(term, pod.pod)) guarded.add(term.topologyKey, node);
    }
  }
  return guarded;
}

/**
 * Whether a node is near pods that all affinity terms mean; undefined without terms. The first of a group that wants to
 * stand together has no such pod yet: it may stand wherever the labels are.
 */
function nearness({ affinity, pod }: PodInfo, nodes: readonly NodeState[]): ((node: NodeState) => boolean) | undefined {
  if (affinity.length === 0) return undefined;
  const isMeant = (one: PodInfo['pod']): boolean => affinity.every(term => meansPod(term, one));
  const places = new Places();
  for (const { topologyKey } of affinity) places.addAll(topologyKey, nodes, one => isMeant(one.pod));
  const isFirst = places.isEmpty && isMeant(pod);
  const isNear = ({ topologyKey }: AffinityTerm, node: NodeState): boolean =>
    isFirst ? node.labels[topologyKey] !== undefined : places.has(topologyKey, node);
  return node => affinity.every(term => isNear(term, node));
}
