/** Waits that double with each failure of a key, and are forgotten when it has been quiet for long. Kept in memory only. */
export class Backoffs {
  readonly #known = new Map<string, { delayMs: number; at: number }>();

  constructor(private readonly bounds: { initialMs: number; maxMs: number }) {}

  /** How long the key is still to wait; 0 when it may go ahead. */
  remainingMs(key: string, now: number): number {
    const known = this.#known.get(key);
    return known ? Math.max(0, known.at + known.delayMs - now) : 0;
  }

  /** It failed again: the next wait begins. */
  failed(key: string, now: number): void {
    const { initialMs, maxMs } = this.bounds;
    this.#forgetQuiet(now);
    const known = this.#known.get(key);
    this.#known.set(key, { delayMs: known ? Math.min(maxMs, known.delayMs * 2) : initialMs, at: now });
  }

  #forgetQuiet(now: number): void {
    for (const [key, { at }] of this.#known) if (now - at > 2 * this.bounds.maxMs) this.#known.delete(key);
  }
}
