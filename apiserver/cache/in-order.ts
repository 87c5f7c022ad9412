/**
 * Changes on their way to a watcher, in their order: each is passed on once it can be shown. That is at once, unless a
 * webhook must convert the object first; then all that come after it wait too, and are converted together.
 */
import type { Change } from './change.js';

/** So many are converted at a time. */
const batch = 500;

export interface InOrderOptions {
  /** Undefined when all of these can be shown. */
  prepare(changes: readonly Change[]): Promise<void> | undefined;
  pass(change: Change): void;
  /** What kept a change from being shown: nothing is passed on after it. */
  fail(error: unknown): void;
}

export class InOrder {
  #behind: Change[] = [];
  #held = false;

  constructor(private readonly options: InOrderOptions) {}

  /** Changes that wait. */
  get length(): number {
    return this.#behind.length;
  }

  /** Something is still to be told before what comes now. */
  get waiting(): boolean {
    return this.#held;
  }

  offer(change: Change): void {
    if (!this.#held && !this.options.prepare([change])) this.options.pass(change);
    else {
      this.#behind.push(change);
      if (!this.#held) this.hold(Promise.resolve(), () => undefined);
    }
  }

  /** Nothing is passed on until `ready` resolves, `then` was called, and what came meanwhile can be shown. */
  hold(ready: Promise<void>, then: () => void): void {
    this.#held = true;
    void ready
      .then(then)
      .then(() => this.#catchUp())
      .catch((error: unknown) => {
        this.#behind = [];
        this.options.fail(error);
      });
  }

  async #catchUp(): Promise<void> {
    while (this.#behind.length > 0) {
      const next = this.#behind.slice(0, batch);
      await this.options.prepare(next);
      this.#behind.splice(0, next.length);
      for (const change of next) this.options.pass(change);
    }
    this.#held = false;
  }
}
