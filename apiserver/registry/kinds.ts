/** The kinds that are served, found by what paths say of them. Custom resources come and go while the server runs. */
import type { KindRow } from '../../api/kinds/row.js';

export class KindTable {
  #rows: readonly KindRow[];
  readonly #added = new Map<string, readonly KindRow[]>();
  readonly #byPath = new Map<string, KindRow>();

  constructor(private readonly fixed: readonly KindRow[]) {
    this.#rows = fixed;
    this.#index();
  }

  /** Another array after each change, so that what is made of the rows can be kept for as long as they are these. */
  get rows(): readonly KindRow[] {
    return this.#rows;
  }

  find(group: string, version: string, plural: string): KindRow | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** Replaces all rows of this owner ('databases.example.com'); none takes them away. */
  set(owner: string, rows: readonly KindRow[]): void {
    if (rows.length > 0) this.#added.set(owner, rows);
    else if (!this.#added.delete(owner)) return;
    this.#rows = [...this.fixed, ...[...this.#added.values()].flat()];
    this.#index();
  }

  #index(): void {
    this.#byPath.clear();
    for (const row of this.#rows) {
      const path = `${row.group}/${row.version}/${row.plural}`;
      // What the server is built with comes first, and nobody takes its place.
      if (!this.#byPath.has(path)) this.#byPath.set(path, row);
    }
  }
}

/** What is made of the rows: made when it is asked for, and anew once they have changed. */
export function ofRows<T>(kinds: Pick<KindTable, 'rows'>, make: (rows: readonly KindRow[]) => T): () => T {
  let made: { rows: readonly KindRow[]; value: T } | undefined;
  return () => {
    if (made?.rows !== kinds.rows) made = { rows: kinds.rows, value: make(kinds.rows) };
    return made.value;
  };
}
