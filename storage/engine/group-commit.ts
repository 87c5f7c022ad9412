/**
 * Group commit: while one group of changes is on its way to the disk, the next one gathers, so that many writers share
 * one fdatasync. A group is published (shown to reads and watchers) in one synchronous step once it is durable, and
 * only then acknowledged.
 */
import type { Change } from './journal.js';

interface Group {
  changes: Change[];
  durable: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

export interface Pending {
  change: Change;
  /** Resolves once the change is durable and published. */
  durable: Promise<void>;
}

export class GroupCommit {
  #gathering = newGroup();
  #running: Promise<void> | undefined;
  /** The last change of each key that is not durable yet. */
  readonly #pending = new Map<string, Pending>();

  constructor(
    private readonly append: (changes: readonly Change[]) => Promise<void>,
    private readonly publish: (changes: readonly Change[]) => void,
    /** Told once, of the first group that could not be written; answers what its writers are to be told. */
    private readonly failed: (cause: unknown) => Error,
  ) {}

  pending(key: string): Pending | undefined {
    return this.#pending.get(key);
  }

  /** Resolves once the change is durable and published. Takes its place in the order at once. */
  add(change: Change): Promise<void> {
    const { changes, durable } = this.#gathering;
    changes.push(change);
    this.#pending.set(change.key, { change, durable });
    this.#running ??= this.#run();
    return durable;
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      // Writers that were just acknowledged write again within this turn of the event loop: let them all in.
      await new Promise(resolve => setImmediate(resolve));
      if (this.#gathering.changes.length === 0) break;
      const group = this.#gathering;
      this.#gathering = newGroup();
      try {
        await this.append(group.changes);
      } catch (cause) {
        this.#fail(group, cause);
        break;
      }
      this.publish(group.changes);
      for (const change of group.changes) this.#forget(change);
      group.resolve();
    }
    this.#running = undefined;
  }

  #forget(change: Change): void {
    if (this.#pending.get(change.key)?.change === change) this.#pending.delete(change.key);
  }

  #fail(group: Group, cause: unknown): void {
    const error = this.failed(cause);
    group.reject(error);
    this.#gathering.reject(error);
  }
}

function newGroup(): Group {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const durable = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Each writer awaits it and sees a failure; a group without writers has nobody to tell.
  durable.catch(() => {});
  return { changes: [], durable, resolve, reject };
}
