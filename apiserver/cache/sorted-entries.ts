/** Entries in the order of their paths, in chunks: an insertion moves a few hundred pointers, however many there are. */
import type { CacheEntry } from './entry.js';

const chunkLength = 512;

export class SortedEntries {
  readonly #chunks: CacheEntry[][] = [];
  #size = 0;

  /** In any order, each path once. */
  constructor(entries: readonly CacheEntry[]) {
    const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
    for (let at = 0; at < sorted.length; at += chunkLength) this.#chunks.push(sorted.slice(at, at + chunkLength));
    this.#size = sorted.length;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes the place of the entry with the same path, where there is one. */
  put(entry: CacheEntry): void {
    const index = this.#chunkOf(entry.path);
    const chunk = this.#chunks[index];
    if (!chunk) {
      this.#chunks.push([entry]);
      this.#size = 1;
      return;
    }
    const at = placeIn(chunk, entry.path);
    if (chunk[at]?.path === entry.path) {
      chunk[at] = entry;
      return;
    }
    chunk.splice(at, 0, entry);
    this.#size++;
    if (chunk.length > chunkLength) this.#chunks.splice(index + 1, 0, chunk.splice(chunkLength / 2));
  }

  delete(path: string): void {
    const index = this.#chunkOf(path);
    const chunk = this.#chunks[index];
    if (!chunk) return;
    const at = placeIn(chunk, path);
    if (chunk[at]?.path !== path) return;
    chunk.splice(at, 1);
    this.#size--;
    if (chunk.length === 0) this.#chunks.splice(index, 1);
  }

  /** From the path `from` (inclusive) to `end` (exclusive; absent is to the last). A new array. */
  range(from: string, end?: string): CacheEntry[] {
    const found: CacheEntry[] = [];
    for (let index = this.#chunkOf(from); index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index] as CacheEntry[];
      const last = end === undefined ? chunk.length : placeIn(chunk, end);
      for (let at = placeIn(chunk, from); at < last; at++) found.push(chunk[at] as CacheEntry);
      if (last < chunk.length) break;
    }
    return found;
  }

  /** The chunk in which the path is, or belongs: the last one that does not start after it. */
  #chunkOf(path: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((this.#chunks[middle] as CacheEntry[])[0] as CacheEntry).path <= path) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** The position of the first entry whose path is not below `path`. */
function placeIn(chunk: readonly CacheEntry[], path: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunk[middle] as CacheEntry).path < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
