import type { Clock } from '../api/clock.js';

/**
 * At most so many pieces of work at a time; the others wait in the order in which they came, those first that are
 * let ahead. Work that does not end is not waited for: after a while its place is another's, while it goes on.
 */
export class Limit {
  #free: number;
  readonly #ahead: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(
    atOnce: number,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {
    this.#free = atOnce;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#queued(work, this.#waiting);
  }

  /** For work that ends what was begun: before all that waits to begin. */
  runAhead<T>(work: () => Promise<T>): Promise<T> {
    return this.#queued(work, this.#ahead);
  }

  async #queued<T>(work: () => Promise<T>, queue: (() => void)[]): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>(resolve => queue.push(resolve));
    const ended = new AbortController();
    // Either it has ended, or it has had its time.
    void this.clock.sleep(this.patienceMs, ended.signal).then(() => this.#giveBack());
    try {
      return await work();
    } finally {
      ended.abort('it has ended');
    }
  }

  #giveBack(): void {
    const next = this.#ahead.shift() ?? this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
