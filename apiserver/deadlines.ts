/** What must have happened by some time. One look a second at all of it (`tick`), rather than a timer each. */
import type { Clock } from '../api/clock.js';
import { statusError } from '../api/status.js';

interface Waiting {
  /** Clock milliseconds. */
  deadline: number;
  expire(): void;
}

export class Deadlines {
  readonly #waiting = new Set<Waiting>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#waiting.size;
  }

  /** Calls `expire` once `ms` are over, unless the function that this answers was called before. */
  after(ms: number, expire: () => void): () => void {
    const waiting: Waiting = { deadline: this.clock.now() + ms, expire };
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  }

  /** What `work` comes to; throws Timeout when that is not there within `ms`. */
  within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (): void =>
        reject(statusError('Timeout', 'Timeout: request did not complete within the allotted timeout'));
      const done = this.after(ms, late);
      work.then(
        value => {
          done();
          resolve(value);
        },
        error => {
          done();
          reject(error);
        },
      );
    });
  }

  tick(): void {
    const now = this.clock.now();
    for (const waiting of this.#waiting) {
      if (now < waiting.deadline) continue;
      this.#waiting.delete(waiting);
      waiting.expire();
    }
  }
}
