/** Sets of indexes as a Job's status writes them: '1,3-5,7'. Pure. */

export class Indexes {
  readonly #set: ReadonlySet<number>;

  constructor(indexes: Iterable<number> = []) {
    this.#set = new Set(indexes);
  }

  /** What the text names below `completions`; parts that are not understood are left out. */
  static parse(text: string | undefined, completions: number): Indexes {
    const found: number[] = [];
    for (const part of (text ?? '').split(',')) {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part);
      if (!match) continue;
      const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
      for (let index = Number(match[1]); index <= last; index++) found.push(index);
    }
    return new Indexes(found);
  }

  get size(): number {
    return this.#set.size;
  }

  has(index: number): boolean {
    return this.#set.has(index);
  }

  with(more: Iterable<number>): Indexes {
    return new Indexes([...this.#set, ...more]);
  }

  /** Three or more in a row are written as their bounds. */
  toString(): string {
    const sorted = [...this.#set].sort((a, b) => a - b);
    const parts: string[] = [];
    for (let at = 0; at < sorted.length; ) {
      let end = at;
      while (sorted[end + 1] === (sorted[end] as number) + 1) end++;
      if (end - at >= 2) parts.push(`${sorted[at]}-${sorted[end]}`);
      else parts.push(...sorted.slice(at, end + 1).map(String));
      at = end + 1;
    }
    return parts.join(',');
  }
}
