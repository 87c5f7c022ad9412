/** A Clock that stands still until a test moves it. */
import type { Clock } from '../../api/clock.js';

export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  /** `settle` resolves when all that needs no time has been done. */
  constructor(
    now = Date.UTC(2026, 0, 1),
    private readonly settle: () => Promise<void> = settled,
  ) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for this clock. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Sets it, as an administrator may: whoever sleeps does so neither longer nor shorter. */
  set(byMs: number): void {
    this.#now += byMs;
    for (const sleeper of this.#sleepers) sleeper.at += byMs;
  }

  /** Moves time on, sleeper by sleeper: what one of them starts on waking has settled before the next one wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await this.settle();
    }
    this.#now = end;
    await this.settle();
  }
}

/** Resolves when all promises that need no I/O have settled. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
}
