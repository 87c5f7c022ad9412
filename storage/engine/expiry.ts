/** Deletes keys whose time has come. Keys that were written again meanwhile are not touched: the deletion names a revision. */
import type { Clock } from '../../api/clock.js';

export interface Deadline {
  at: number;
  key: string;
  revision: number;
}

/** A binary heap: the earliest deadline first. */
export class Deadlines {
  readonly #heap: Deadline[] = [];

  get earliest(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(deadline: Deadline): void {
    let i = this.#heap.push(deadline) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#at(parent) <= this.#at(i)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Removes and answers the earliest one, if it is due. */
  takeDue(now: number): Deadline | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop() as Deadline;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (this.#at(child) < this.#at(least)) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(i: number, j: number): void {
    [this.#heap[i], this.#heap[j]] = [this.#heap[j] as Deadline, this.#heap[i] as Deadline];
  }
}

/** A timer cannot be set for longer than 24 days; looking once an hour costs nothing. */
const LONGEST_SLEEP = 3_600_000;

export class Expiry {
  readonly #deadlines = new Deadlines();
  #wakeAt = 0;
  #sleep = new AbortController();

  constructor(
    private readonly clock: Clock,
    /** Never rejects. */
    private readonly expire: (key: string, revision: number) => Promise<void>,
  ) {}

  add(deadline: Deadline): void {
    this.#deadlines.add(deadline);
    if (deadline.at < this.#wakeAt) this.#sleep.abort();
  }

  async run(stop: AbortSignal): Promise<void> {
    stop.addEventListener('abort', () => this.#sleep.abort(), { once: true });
    while (!stop.aborted) {
      const now = this.clock.now();
      const due: Promise<void>[] = [];
      for (let d = this.#deadlines.takeDue(now); d !== undefined; d = this.#deadlines.takeDue(now)) {
        due.push(this.expire(d.key, d.revision));
      }
      await Promise.all(due);
      if (stop.aborted) return;
      this.#sleep = new AbortController();
      this.#wakeAt = Math.min(this.#deadlines.earliest ?? Number.POSITIVE_INFINITY, this.clock.now() + LONGEST_SLEEP);
      await this.clock.sleep(Math.max(0, this.#wakeAt - this.clock.now()), this.#sleep.signal);
      this.#wakeAt = 0;
    }
  }
}
