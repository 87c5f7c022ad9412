/** Things that are due later, soonest first; each has one moment, the earliest that was asked for. Pure. */
import { Heap } from './heap.js';

export class Delays<T> {
  /** May hold entries that an earlier one of the same item has made void. */
  readonly #heap = new Heap<{ at: number; item: T }>((a, b) => a.at < b.at);
  readonly #earliest = new Map<T, number>();

  get size(): number {
    return this.#earliest.size;
  }

  /** Keeps the earlier moment when the item is already waiting. */
  add(item: T, at: number): void {
    const known = this.#earliest.get(item);
    if (known !== undefined && known <= at) return;
    this.#earliest.set(item, at);
    this.#heap.push({ at, item });
  }

  delete(item: T): void {
    this.#earliest.delete(item);
  }

  nextAt(): number | undefined {
    let top = this.#heap.peek();
    while (top && this.#earliest.get(top.item) !== top.at) {
      this.#heap.pop();
      top = this.#heap.peek();
    }
    return top?.at;
  }

  /** Removes and returns what is due at `now`, in order. */
  due(now: number): T[] {
    const items: T[] = [];
    for (let at = this.nextAt(); at !== undefined && at <= now; at = this.nextAt()) {
      const top = this.#heap.pop();
      if (!top) break;
      this.#earliest.delete(top.item);
      items.push(top.item);
    }
    return items;
  }
}
