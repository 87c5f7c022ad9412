/**
 * The bytes of the cache's objects lie side by side on shelves of half a megabyte. Allocated one by one they would take a
 * fifth more, give the garbage collector tens of thousands of buffers to look after, and lie scattered among all that
 * comes and goes with requests, so that little of the memory of a busy minute could be given back after it.
 */

const shelfBytes = 512 * 1024;
/** What is larger than this part of a shelf has memory of its own: it would leave too much of a shelf unused. */
const largest = 1 / 8;

/** Something with bytes, which the shelves move. */
export interface Shelved {
  readonly bytes: Buffer;
  /** It is on this shelf from now on; its bytes are those from `start`, and say the same as before. */
  lie(shelf: Shelf, start: number): void;
  /** Where it lies, as `lie` said; undefined when it is nowhere, or was taken away. */
  readonly shelf: Shelf | undefined;
}

/** Who was handed bytes of a shelf may go on reading them: its memory lives for as long as anybody has a part of it. */
export interface Shelf {
  readonly memory: Buffer;
  /** The shelves it is one of. */
  readonly among: Shelves;
  used: number;
  /** Bytes of `used` that are still somebody's. */
  needed: number;
  readonly items: Shelved[];
}

export class Shelves {
  #filling: Shelf;

  constructor(private readonly size = shelfBytes) {
    this.#filling = this.#shelf();
  }

  /** Copies the item's bytes to a shelf. */
  put(item: Shelved): void {
    const { bytes } = item;
    if (bytes.length > this.size * largest) return;
    const shelf = this.#withRoom(bytes.length);
    const start = shelf.used;
    bytes.copy(shelf.memory, start);
    shelf.used += bytes.length;
    shelf.needed += bytes.length;
    shelf.items.push(item);
    item.lie(shelf, start);
  }

  /** So many bytes of a shelf are nobody's any more. */
  taken(shelf: Shelf, length: number): void {
    shelf.needed -= length;
    if (shelf !== this.#filling) this.#clear(shelf);
  }

  #withRoom(length: number): Shelf {
    const full = this.#filling;
    if (full.used + length <= this.size) return full;
    this.#filling = this.#shelf();
    this.#clear(full);
    return this.#filling;
  }

  /** What is left on a shelf that is half empty moves on. */
  #clear(shelf: Shelf): void {
    if (shelf.needed * 2 > shelf.used) return;
    for (const item of shelf.items.splice(0)) if (item.shelf === shelf) this.put(item);
    shelf.needed = 0;
  }

  #shelf(): Shelf {
    return { memory: Buffer.allocUnsafeSlow(this.size), among: this, used: 0, needed: 0, items: [] };
  }
}
