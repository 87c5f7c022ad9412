/** Whose turn it is to be emptied: what was done when is remembered here, the rules are those of disruption.ts. */
import type { Node } from '../../api/types.js';
import { evictionGapMs, isFullyDisrupted, zoneOf } from './disruption.js';
import type { Evictions } from './taints.js';

export interface Turn {
  evictions: Evictions;
  /** When `later` will have become `now`, if only time has to pass. */
  waitMs?: number;
}

export class EvictionTurns {
  readonly #last = new Map<string, number>();
  #fullyDisrupted = false;
  #restUntil = 0;

  /** After a full disruption, nodes get as long as this to be heard of before any is emptied. */
  constructor(private readonly graceMs: number) {}

  /** `nodes` are all nodes there are, `node`, which is not ready, among them. */
  of(node: Node, nodes: readonly Node[], now: number): Turn {
    if (isFullyDisrupted(nodes)) {
      this.#fullyDisrupted = true;
      return { evictions: 'never' };
    }
    if (this.#fullyDisrupted) {
      this.#fullyDisrupted = false;
      this.#restUntil = now + this.graceMs;
    }
    const gap = evictionGapMs(zoneOf(node), nodes);
    if (gap === Number.POSITIVE_INFINITY) return { evictions: 'later' };
    const last = this.#last.get(zoneOf(node)) ?? Number.NEGATIVE_INFINITY;
    const waitMs = Math.max(last + gap, this.#restUntil) - now;
    return waitMs > 0 ? { evictions: 'later', waitMs } : { evictions: 'now' };
  }

  taken(node: Node, now: number): void {
    this.#last.set(zoneOf(node), now);
  }
}
