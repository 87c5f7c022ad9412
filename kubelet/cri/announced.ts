/**
 * Ids of containers and sandboxes that the runtime's events have told something of (an exit, a lack of memory): a moment
 * before its own lists show it, and sometimes before the caller has learned the id of what it started.
 */
const most = 1000;

export class Announced {
  readonly #ids = new Set<string>();

  add(id: string): void {
    this.#ids.add(id);
    // Nobody may ever ask for some of them; the oldest go first.
    for (const oldest of this.#ids) {
      if (this.#ids.size <= most) break;
      this.#ids.delete(oldest);
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The lists show it now, or never will. */
  forget(id: string): void {
    this.#ids.delete(id);
  }
}
