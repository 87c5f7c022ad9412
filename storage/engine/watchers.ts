/**
 * Who is watching, and whom to wake. A watcher is a place in the log (a revision) and a wake-up; it reads the log
 * itself, at its own pace, until it is too far behind.
 */
import type { Clock } from '../../api/clock.js';
import { SlowWatcher } from '../store.js';

/** How many revisions a watcher may be behind, unless a store is told otherwise. */
export const DEFAULT_MAX_BEHIND = 100_000;
const PROGRESS_MS = 1000;

/** Why a waiting watcher was woken: there may be something to read, or there was nothing for a while. */
export type Wake = 'changed' | 'idle';

export class Watcher {
  ended = false;
  error: Error | undefined;
  #allowed = 0;
  #waiting = false;
  #wake: (why: Wake) => void = () => {};

  constructor(
    /** The next revision to read. */
    public position: number,
    private readonly maxBehind: number,
  ) {}

  /** It starts (again) so many revisions behind the end, and is given the time to read those. */
  startsBehind(behind: number): void {
    this.#allowed = Math.max(behind, 0) + this.maxBehind;
  }

  /** Arms the wake-up. Taken before the log is read, so that nothing falls between reading and waiting. */
  wakeUp(): Promise<Wake> {
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }

  async wait(wakeUp: Promise<Wake>): Promise<Wake> {
    this.#waiting = true;
    const why = await wakeUp;
    this.#waiting = false;
    return why;
  }

  /** The log grew, and this watcher is so many revisions behind its end. One that waits has read all before: it is not slow. */
  grew(behind: number): void {
    if (this.#waiting) this.startsBehind(behind);
    else if (behind > this.#allowed) this.end(new SlowWatcher(behind));
    this.#wake('changed');
  }

  idle(): void {
    if (this.#waiting) this.#wake('idle');
  }

  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.#wake('changed');
  }
}

export class Watchers {
  readonly #all = new Set<Watcher>();

  constructor(private readonly maxBehind: number) {}

  /** A watcher that reads from `position` on, while the store is at revision `current`. */
  join(position: number, current: number): Watcher {
    const watcher = new Watcher(position, this.maxBehind);
    watcher.startsBehind(current + 1 - position);
    this.#all.add(watcher);
    return watcher;
  }

  leave(watcher: Watcher): void {
    this.#all.delete(watcher);
  }

  grew(current: number): void {
    for (const watcher of this.#all) watcher.grew(current + 1 - watcher.position);
  }

  end(error?: Error): void {
    for (const watcher of this.#all) watcher.end(error);
  }

  /** Wakes those who wait, about once a second, so that they report progress. */
  async keepIdle(clock: Clock, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await clock.sleep(PROGRESS_MS, stop);
      for (const watcher of this.#all) watcher.idle();
    }
  }
}
