/**
 * Keys to work on, each at most once at a time. A key that is added while it is worked on is worked on again
 * afterwards, behind those that waited before it; one that is added ten times while it waits is worked on once.
 */
import type { Clock } from '../../api/clock.js';
import { type Backoff, exponential } from './backoff.js';
import { Delays } from './delays.js';

/** Kubernetes' own: 5 ms, 10 ms, ... 1000 s. */
const itemBackoff: Backoff = { baseMs: 5, maxMs: 1_000_000 };

/** Of a timer that another takes the place of: to make a reason for each costs more than the timer. */
const tooLate = new Error('another key is due sooner');

export class WorkQueue<K> {
  /** Waiting, in order. A Set keeps insertion order and removes its first in constant time. */
  readonly #ready = new Set<K>();
  readonly #processing = new Set<K>();
  /** Added while processing: ready once done. */
  readonly #dirty = new Set<K>();
  readonly #failures = new Map<K, number>();
  readonly #delays = new Delays<K>();
  readonly #takers: ((key: K | undefined) => void)[] = [];
  #timer: { at: number; cancel: AbortController } | undefined;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly backoff: Backoff = itemBackoff,
  ) {}

  /** Keys that wait for a worker; delayed ones are not counted. */
  get length(): number {
    return this.#ready.size;
  }

  add(key: K): void {
    if (this.#stopped) return;
    if (this.#processing.has(key)) {
      this.#dirty.add(key);
      return;
    }
    this.#ready.add(key);
    this.#serve();
  }

  addAfter(key: K, ms: number): void {
    if (this.#stopped) return;
    if (ms > 0) {
      this.#delays.add(key, this.clock.now() + ms);
      this.#arm();
    } else this.add(key);
  }

  /** Adds the key after its back-off, which doubles with each call until `forget`. Answers the wait in ms. */
  addAfterFailure(key: K): number {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    const wait = exponential(this.backoff, failures);
    this.addAfter(key, wait);
    return wait;
  }

  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key did well: its next failure waits for the shortest time again. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /** The next key, once there is one; undefined after shutdown. The taker calls `done` with it. */
  take(): Promise<K | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    return new Promise(resolve => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  done(key: K): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
  }

  /** Takers get undefined, and what is added from now on is dropped. */
  shutdown(): void {
    this.#stopped = true;
    this.#ready.clear();
    this.#dirty.clear();
    this.#timer?.cancel.abort();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #serve(): void {
    for (const key of this.#ready) {
      const taker = this.#takers.shift();
      if (!taker) return;
      this.#ready.delete(key);
      this.#processing.add(key);
      taker(key);
    }
  }

  /** One timer, for the key that is due first. */
  #arm(): void {
    const at = this.#delays.nextAt();
    if (at === undefined || this.#stopped || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel.abort(tooLate);
    const timer = { at, cancel: new AbortController() };
    this.#timer = timer;
    void this.clock.sleep(Math.max(0, at - this.clock.now()), timer.cancel.signal).then(() => {
      if (timer.cancel.signal.aborted) return;
      this.#timer = undefined;
      for (const key of this.#delays.due(this.clock.now())) this.add(key);
      this.#arm();
    });
  }
}
