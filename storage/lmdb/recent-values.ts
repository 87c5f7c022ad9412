/**
 * The values written last, up to so many bytes. A watcher reads an event right after its commit, and need not go to the
 * B+tree for it.
 */
export class RecentValues {
  readonly #values = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Revisions only rise, so that the first of the map is the oldest. */
  add(revision: number, value: Uint8Array): void {
    this.#values.set(revision, value);
    this.#bytes += value.length;
    for (const [oldest, { length }] of this.#values) {
      if (this.#bytes <= this.maxBytes) return;
      this.#values.delete(oldest);
      this.#bytes -= length;
    }
  }

  get(revision: number): Uint8Array | undefined {
    return this.#values.get(revision);
  }
}
