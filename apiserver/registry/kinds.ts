/** The kinds that are served, found by what paths say of them. */
import type { KindRow } from '../../api/kinds/row.js';

export class KindTable {
  readonly #byPath = new Map<string, KindRow>();

  constructor(readonly rows: readonly KindRow[]) {
    for (const row of rows) this.#byPath.set(`${row.group}/${row.version}/${row.plural}`, row);
  }

  find(group: string, version: string, plural: string): KindRow | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }
}
