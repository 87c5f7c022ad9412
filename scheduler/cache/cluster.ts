/**
 * Nodes, and the pods that stand on them or are about to. Each change costs the same however many pods there are. A pod is
 * assumed on its node from the decision on, before the server and the informer have said so, so that the next decision
 * counts it; if they never do, the assumption ends.
 */
import type { Node } from '../../api/types.js';
import { bump, NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { PodSelection } from '../model/pod-selection.js';
import type { View } from '../view.js';
import { noVolumeObjects, type VolumeObjects } from '../volumes/objects.js';
import { Nominations } from './nominations.js';
import { CountedSelections, CountedSiblings, type PodCounts } from './pod-counts.js';
import { StandingTerms } from './standing-terms.js';

/** How long after its binding a pod may take to show up on its node. */
export const assumedForMs = 30_000;

export class Cluster implements View {
  readonly guards = new StandingTerms(pod => pod.antiAffinity);
  readonly drawn = new StandingTerms(pod => pod.affinity);
  readonly preferring = new StandingTerms(pod => pod.preferred);
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly nominations = new Nominations();
  readonly #nodes = new Map<string, NodeState>();
  /** Where each pod stands, by its key. */
  readonly #placed = new Map<string, { node: string; pod: PodInfo }>();
  /** Assumed pods, and when that ends: not before the binding is done. */
  readonly #assumed = new Map<string, number>();
  readonly #selections = new CountedSelections();
  readonly #siblings = new CountedSiblings();
  readonly #images = new Map<string, number>();
  readonly #claimUsers = new Map<string, number>();
  /** Both hold until a node comes, goes, or is labelled anew. */
  #existing: NodeState[] | undefined;
  readonly #places = new Map<string, Map<string, number>>();

  constructor(readonly volumes: VolumeObjects = noVolumeObjects) {}

  nodes(): readonly NodeState[] {
    this.#existing ??= [...this.#nodes.values()].filter(state => state.node);
    return this.#existing;
  }

  node(name: string): NodeState | undefined {
    const state = this.#nodes.get(name);
    return state?.node ? state : undefined;
  }

  counts(selection: PodSelection): PodCounts {
    return this.#selections.of(selection, this.#nodes.values());
  }

  siblings(ownerUid: string): PodCounts {
    return this.#siblings.of(ownerUid);
  }

  places(topologyKey: string): ReadonlyMap<string, number> {
    let places = this.#places.get(topologyKey);
    if (!places) {
      places = new Map();
      for (const { labels } of this.nodes()) bump(places, labels[topologyKey], 1);
      this.#places.set(topologyKey, places);
    }
    return places;
  }

  nodesWithImage(name: string): number {
    return this.#images.get(name) ?? 0;
  }

  usersOf(claim: string): number {
    return this.#claimUsers.get(claim) ?? 0;
  }

  setNode(node: Node): void {
    this.#setNode(this.#state(node.metadata.name ?? ''), node);
  }

  /** The pods of a node that is gone are counted until they are gone themselves: it may come back. */
  removeNode(name: string): void {
    const state = this.#nodes.get(name);
    if (state) this.#setNode(state, undefined);
    this.#dropEmpty(name);
  }

  /** A pod that the server says stands on a node; ends what was assumed of it. */
  place(pod: PodInfo, node: string): void {
    this.remove(pod.key);
    this.#count(pod, this.#state(node), 1);
    this.#placed.set(pod.key, { node, pod });
  }

  assume(pod: PodInfo, node: string): void {
    this.place(pod, node);
    this.#assumed.set(pod.key, Number.POSITIVE_INFINITY);
  }

  isAssumed(key: string, uid: string): boolean {
    return this.#assumed.has(key) && this.#placed.get(key)?.pod.uid === uid;
  }

  /** The server took the binding: the informer is to show it by and by. */
  bound(pod: PodInfo, now: number): void {
    if (this.isAssumed(pod.key, pod.uid)) this.#assumed.set(pod.key, now + assumedForMs);
  }

  /** The binding failed. */
  forget(pod: PodInfo): void {
    if (this.isAssumed(pod.key, pod.uid)) this.remove(pod.key);
  }

  /** Ends assumptions that were not confirmed, and answers whose they were. */
  expire(now: number): PodInfo[] {
    const expired: PodInfo[] = [];
    for (const [key, until] of this.#assumed) {
      const placed = this.#placed.get(key);
      if (until > now || !placed) continue;
      expired.push(placed.pod);
      this.remove(key);
    }
    return expired;
  }

  /** Where the pod stood, if it did. */
  remove(key: string): void {
    const placed = this.#placed.get(key);
    if (!placed) return;
    this.#placed.delete(key);
    this.#assumed.delete(key);
    const state = this.#nodes.get(placed.node);
    if (state) this.#count(placed.pod, state, -1);
    this.#dropEmpty(placed.node);
  }

  #count(pod: PodInfo, state: NodeState, by: 1 | -1): void {
    if (by === 1) state.add(pod);
    else state.remove(pod.key);
    for (const kept of this.#keptUp()) kept.add(pod, state, by);
    for (const claim of pod.claims) bump(this.#claimUsers, claim, by);
  }

  #setNode(state: NodeState, node: Node | undefined): void {
    const { images, labels, node: before } = state;
    state.setNode(node);
    for (const name of images.keys()) bump(this.#images, name, -1);
    for (const name of state.images.keys()) bump(this.#images, name, 1);
    if (before && node && sameLabels(labels, state.labels)) return;
    this.#existing = before && node ? this.#existing : undefined;
    this.#places.clear();
    for (const kept of this.#keptUp()) kept.relabelled(state, labels);
  }

  #keptUp() {
    return [this.guards, this.drawn, this.preferring, this.#selections, this.#siblings];
  }

  #state(name: string): NodeState {
    let state = this.#nodes.get(name);
    if (!state) {
      state = new NodeState(name);
      this.#nodes.set(name, state);
    }
    return state;
  }

  #dropEmpty(name: string): void {
    const state = this.#nodes.get(name);
    if (state && !state.node && state.pods.size === 0) this.#nodes.delete(name);
  }
}

type Labels = Readonly<Record<string, string>>;

const sameLabels = (a: Labels, b: Labels): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every(name => a[name] === b[name]);
};
