import type { Change, Journal, Version } from '../engine/journal.js';

/** A journal that lasts as long as the process: what it holds is as durable as it will get. */
export class MemoryJournal implements Journal {
  readonly #values = new Map<number, Uint8Array>();

  load(): { compacted: number; versions: Version[] } {
    return { compacted: 0, versions: [] };
  }

  async append(changes: readonly Change[]): Promise<void> {
    for (const { revision, value } of changes) this.#values.set(revision, value);
  }

  read(revision: number): Uint8Array {
    const value = this.#values.get(revision);
    if (value === undefined) throw new Error(`the memory journal has no revision ${revision}`);
    return value;
  }

  async compact(_revision: number, dropped: readonly number[]): Promise<void> {
    for (const revision of dropped) this.#values.delete(revision);
  }

  async close(): Promise<void> {
    this.#values.clear();
  }
}
