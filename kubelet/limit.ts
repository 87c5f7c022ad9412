import type { Clock } from '../api/clock.js';

/**
 * At most so many pieces of work at a time; the others wait in the order in which they came. Work that does not end is
 * not waited for: after a while its place is another's, while it goes on.
 */
export class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(
    atOnce: number,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {
    this.#free = atOnce;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    const ended = new AbortController();
    // Either it has ended, or it has had its time.
    void this.clock.sleep(this.patienceMs, ended.signal).then(() => this.#giveBack());
    try {
      return await work();
    } finally {
      ended.abort();
    }
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
