/**
 * Which objects are kept decoded. As JavaScript's objects they take several times their bytes, and most are never looked
 * into again; so the cache keeps the ones that were decoded (or written) last, and decodes others again when asked.
 */

/** Measured by their bytes; decoded they take four times that. A cluster of a thousand objects is below it, and never decodes anything twice. */
const mostBytes = 4 * 1024 * 1024;

export interface Decodable {
  /** Of its bytes. */
  readonly length: number;
  /** Drops the decoded object: only its bytes are left. */
  forget(): void;
}

export class RecentlyDecoded {
  #kept: (Decodable | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  constructor(private readonly limit = mostBytes) {}

  /** The object was just decoded. Those that were before it, longest ago, may be dropped. */
  add(decodable: Decodable): void {
    this.#kept.push(decodable);
    this.#bytes += decodable.length;
    while (this.#bytes > this.limit && this.#first < this.#kept.length) {
      const oldest = this.#kept[this.#first] as Decodable;
      this.#kept[this.#first++] = undefined;
      this.#bytes -= oldest.length;
      oldest.forget();
    }
    // Places are given back in one go, so that an addition costs the same on average.
    if (this.#first > 1024 && this.#first > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}
