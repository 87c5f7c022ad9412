/** Requests under way, and when each has taken too long. One look a second for all of them, rather than a timer each. */
import { statusError } from '../../api/status.js';

interface Waiting {
  deadline: number;
  expire(): void;
}

export class Deadlines {
  readonly #waiting = new Set<Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  /** What `work` comes to; throws Timeout when that is not there by `deadline` (clock milliseconds). */
  within<T>(deadline: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        deadline,
        expire: () => reject(statusError('Timeout', 'Timeout: request did not complete within the allotted timeout')),
      };
      this.#waiting.add(waiting);
      work.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  tick(now: number): void {
    for (const waiting of this.#waiting) {
      if (now < waiting.deadline) continue;
      this.#waiting.delete(waiting);
      waiting.expire();
    }
  }
}
