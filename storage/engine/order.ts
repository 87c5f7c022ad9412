/**
 * Keys in the order of their UTF-8 bytes. JavaScript compares strings by UTF-16 units, which differs where a character
 * beyond U+FFFF (a surrogate pair, D800 to DFFF) meets one between U+E000 and U+FFFF; `compareKeys` sets that right.
 */

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** The first index of a sorted array at which `isAtOrPast` holds; the length when it holds nowhere. */
export function lowerBound<T>(sorted: readonly T[], isAtOrPast: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAtOrPast(sorted[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const CHUNK = 512;

const compareUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Units from here up are where the orders differ (or may: it costs nothing to be careful). */
const special = /[\ud800-\uffff]/;

/** A set of keys that is kept sorted in chunks, so that an insertion moves a few hundred pointers, however many keys there are. */
export class SortedKeys {
  #chunks: string[][] = [[]];
  /** As long as no key needs more care, JavaScript's own comparison says the same, and much faster. */
  #compare = compareUnits;

  /** The key must not be in the set: the owner's map knows. */
  add(key: string): void {
    if (special.test(key)) this.#compare = compareKeys;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index] as string[];
    chunk.splice(
      lowerBound(chunk, k => this.#compare(k, key) >= 0),
      0,
      key,
    );
    if (chunk.length > CHUNK) this.#chunks.splice(index + 1, 0, chunk.splice(CHUNK / 2));
  }

  /** Takes the keys into an empty set; in any order, each once. */
  fill(keys: string[]): void {
    if (keys.some(key => special.test(key))) this.#compare = compareKeys;
    keys.sort(this.#compare === compareKeys ? compareKeys : undefined);
    for (let at = 0; at < keys.length; at += CHUNK) this.#chunks.push(keys.slice(at, at + CHUNK));
    if (this.#chunks.length > 1) this.#chunks.shift();
  }

  delete(key: string): void {
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index] as string[];
    const at = lowerBound(chunk, k => this.#compare(k, key) >= 0);
    if (chunk[at] !== key) return;
    chunk.splice(at, 1);
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(index, 1);
  }

  /** The keys from `start` (inclusive) on, in order. The set must not change meanwhile. */
  *from(start: string): Generator<string> {
    let index = this.#chunkOf(start);
    let at = lowerBound(this.#chunks[index] as string[], k => this.#compare(k, start) >= 0);
    for (; index < this.#chunks.length; index++, at = 0) {
      const chunk = this.#chunks[index] as string[];
      for (; at < chunk.length; at++) yield chunk[at] as string;
    }
  }

  /** The chunk in which the key is, or belongs: the last one that does not start after it. */
  #chunkOf(key: string): number {
    const after = lowerBound(this.#chunks, chunk => chunk[0] !== undefined && this.#compare(chunk[0], key) > 0);
    return Math.max(0, after - 1);
  }
}
