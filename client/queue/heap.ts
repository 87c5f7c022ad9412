/** A binary heap: what comes before all else is at its top. */
export class Heap<T> {
  readonly #items: T[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    for (let at = this.#items.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfWrong(parent, at)) return;
      at = parent;
    }
  }

  pop(): T | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (top === undefined || last === undefined || this.#items.length === 0) return top;
    this.#items[0] = last;
    for (let at = 0; ; ) {
      const child = this.#firstChild(at);
      if (child === undefined || !this.#swapIfWrong(at, child)) return top;
      at = child;
    }
  }

  #firstChild(at: number): number | undefined {
    const left = this.#items[2 * at + 1];
    const right = this.#items[2 * at + 2];
    if (left === undefined) return undefined;
    return right !== undefined && this.isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
  }

  #swapIfWrong(upper: number, lower: number): boolean {
    const a = this.#items[upper];
    const b = this.#items[lower];
    if (a === undefined || b === undefined || !this.isBefore(b, a)) return false;
    this.#items[upper] = b;
    this.#items[lower] = a;
    return true;
  }
}
