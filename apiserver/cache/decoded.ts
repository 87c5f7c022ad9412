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
  /** Oldest first. */
  readonly #kept = new Set<Decodable>();
  #bytes = 0;

  constructor(private readonly limit = mostBytes) {}

  /** The object was just decoded. Those that were before it, longest ago, may be dropped. */
  add(decodable: Decodable): void {
    this.#kept.add(decodable);
    this.#bytes += decodable.length;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.limit) return;
      this.remove(oldest);
      oldest.forget();
    }
  }

  /** It needs no room any more. */
  remove(decodable: Decodable): void {
    if (this.#kept.delete(decodable)) this.#bytes -= decodable.length;
  }
}
