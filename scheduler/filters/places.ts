/** Counts by place, as the cluster keeps them, and what an imagined world adds to them. */
import type { NodeState } from '../model/node-state.js';
import { bump } from '../model/node-state.js';

export class Places {
  readonly #imagined = new Map<string, number>();

  constructor(
    readonly topologyKey: string,
    readonly kept: ReadonlyMap<string, number>,
  ) {}

  at(node: NodeState): number {
    const place = node.labels[this.topologyKey];
    return place === undefined ? 0 : this.in(place);
  }

  in(place: string): number {
    const kept = this.kept.get(place) ?? 0;
    return this.#imagined.size === 0 ? kept : kept + (this.#imagined.get(place) ?? 0);
  }

  imagine(node: NodeState, by: number): void {
    bump(this.#imagined, node.labels[this.topologyKey], by);
  }

  get areEmpty(): boolean {
    if (this.#imagined.size === 0) return this.kept.size === 0;
    for (const place of new Set([...this.kept.keys(), ...this.#imagined.keys()])) if (this.in(place) > 0) return false;
    return true;
  }
}
