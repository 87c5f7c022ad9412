/**
 * The affinity terms of pods that stand somewhere, each different one once, with the places where its pods stand: pods of one
 * template share theirs, so a decision looks at as many terms as there are templates, however many pods there are.
 */
import { meansPod, type NamespaceLabels, type WeightedTerm } from '../model/affinity-term.js';
import { bump, type NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';

export interface StandingTerm extends WeightedTerm {
  /** Place -> how many pods with this term stand there. */
  readonly perPlace: ReadonlyMap<string, number>;
}

interface Kept extends StandingTerm {
  perPlace: Map<string, number>;
  perNode: Map<NodeState, number>;
}

export class StandingTerms {
  readonly #terms = new Map<string, Kept>();

  constructor(private readonly termsOf: (pod: PodInfo) => readonly WeightedTerm[]) {}

  /** The terms that mean this pod. */
  meaning({ pod }: PodInfo, labels: NamespaceLabels): StandingTerm[] {
    const meant: StandingTerm[] = [];
    for (const kept of this.#terms.values()) if (meansPod(kept.term, pod, labels)) meant.push(kept);
    return meant;
  }

  add(pod: PodInfo, node: NodeState, by: 1 | -1): void {
    for (const { term, weight } of this.termsOf(pod)) {
      const id = `${weight} ${term.id}`;
      const kept = this.#terms.get(id) ?? { term, weight, perPlace: new Map(), perNode: new Map() };
      this.#terms.set(id, kept);
      bump(kept.perNode, node, by);
      bump(kept.perPlace, node.labels[term.topologyKey], by);
      if (kept.perNode.size === 0) this.#terms.delete(id);
    }
  }

  relabelled(node: NodeState, before: Readonly<Record<string, string>>): void {
    for (const { term, perNode, perPlace } of this.#terms.values()) {
      const count = perNode.get(node);
      if (count === undefined) continue;
      bump(perPlace, before[term.topologyKey], -count);
      bump(perPlace, node.labels[term.topologyKey], count);
    }
  }
}
