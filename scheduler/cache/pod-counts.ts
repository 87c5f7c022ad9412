/**
 * How many of the pods that a selection means stand on each node, and in each place (value of a node label). Counted once
 * when it is first asked for, and kept up from then on, so that a decision never looks at all pods again.
 */
import { bump, type NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { PodSelection } from '../model/pod-selection.js';

type Labels = Readonly<Record<string, string>>;

/** Selections that are kept: as many kinds of pods as ask for company or distance in turn. */
const keptSelections = 256;

export class PodCounts {
  readonly #perNode = new Map<NodeState, number>();
  readonly #perKey = new Map<string, Map<string, number>>();

  /** No pods are counted. */
  get isEmpty(): boolean {
    return this.#perNode.size === 0;
  }

  onNode(node: NodeState): number {
    return this.#perNode.get(node) ?? 0;
  }

  /** The places with any such pod: 'a' -> 3. */
  perPlace(topologyKey: string): ReadonlyMap<string, number> {
    let places = this.#perKey.get(topologyKey);
    if (!places) {
      places = new Map();
      this.#perKey.set(topologyKey, places);
      for (const [node, count] of this.#perNode) bump(places, node.labels[topologyKey], count);
    }
    return places;
  }

  add(node: NodeState, by: number): void {
    bump(this.#perNode, node, by);
    this.#move(node.labels, by);
  }

  relabelled(node: NodeState, before: Labels): void {
    const count = this.onNode(node);
    if (count === 0) return;
    this.#move(before, -count);
    this.#move(node.labels, count);
  }

  #move(labels: Labels, by: number): void {
    for (const [key, places] of this.#perKey) bump(places, labels[key], by);
  }
}

/** All selections that are asked for. */
export class CountedSelections {
  /** Asked for longest ago first. */
  readonly #kept = new Map<string, { selection: PodSelection; counts: PodCounts }>();

  /** `standing` is all nodes with their pods: looked at only for a selection that is new here. */
  of(selection: PodSelection, standing: Iterable<NodeState>): PodCounts {
    const kept = this.#kept.get(selection.id) ?? { selection, counts: counted(selection, standing) };
    this.#kept.delete(selection.id);
    this.#kept.set(selection.id, kept);
    if (this.#kept.size > keptSelections) this.#kept.delete(this.#kept.keys().next().value as string);
    return kept.counts;
  }

  add({ pod }: PodInfo, node: NodeState, by: 1 | -1): void {
    for (const { selection, counts } of this.#kept.values()) if (selection.matches(pod)) counts.add(node, by);
  }

  relabelled(node: NodeState, before: Labels): void {
    for (const { counts } of this.#kept.values()) counts.relabelled(node, before);
  }
}

/** The pods of each controller that are not going away: there may be thousands of controllers, and each pod has at most one. */
export class CountedSiblings {
  readonly #perOwner = new Map<string, PodCounts>();

  of(ownerUid: string): PodCounts {
    return this.#perOwner.get(ownerUid) ?? new PodCounts();
  }

  add({ ownerUid, pod }: PodInfo, node: NodeState, by: 1 | -1): void {
    if (ownerUid === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const counts = this.#perOwner.get(ownerUid) ?? new PodCounts();
    this.#perOwner.set(ownerUid, counts);
    counts.add(node, by);
    if (counts.isEmpty) this.#perOwner.delete(ownerUid);
  }

  relabelled(node: NodeState, before: Labels): void {
    for (const counts of this.#perOwner.values()) counts.relabelled(node, before);
  }
}

function counted(selection: PodSelection, standing: Iterable<NodeState>): PodCounts {
  const counts = new PodCounts();
  for (const node of standing) {
    let count = 0;
    for (const { pod } of node.pods.values()) if (selection.matches(pod)) count++;
    if (count > 0) counts.add(node, count);
  }
  return counts;
}
