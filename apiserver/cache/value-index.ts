/**
 * Objects by the values of one property (a label, or a field such as spec.nodeName). An index is made when the first
 * question needs it and kept up to date from then on, so that resources nobody filters are never decoded.
 */
import type { AnyObject } from '../../api/types.js';
import type { CacheEntry } from './entry.js';

export class ValueIndex {
  readonly #byValue = new Map<string, Map<string, CacheEntry>>();

  constructor(
    private readonly valueAt: (object: AnyObject) => string | undefined,
    entries: Iterable<CacheEntry>,
  ) {
    for (const entry of entries) this.#add(entry);
  }

  replace(before: CacheEntry | undefined, now: CacheEntry | undefined): void {
    if (before) this.#remove(before);
    if (now) this.#add(now);
  }

  /** In no order. */
  find(value: string): Iterable<CacheEntry> {
    return this.#byValue.get(value)?.values() ?? [];
  }

  count(value: string): number {
    return this.#byValue.get(value)?.size ?? 0;
  }

  #add(entry: CacheEntry): void {
    const value = this.valueAt(entry.object);
    if (value === undefined) return;
    let found = this.#byValue.get(value);
    if (!found) {
      found = new Map();
      this.#byValue.set(value, found);
    }
    found.set(entry.path, entry);
  }

  #remove(entry: CacheEntry): void {
    const value = this.valueAt(entry.object);
    if (value === undefined) return;
    const found = this.#byValue.get(value);
    found?.delete(entry.path);
    if (found?.size === 0) this.#byValue.delete(value);
  }
}
