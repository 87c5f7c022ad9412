/** Objects as rows of a Table: the columns that `kubectl get` prints are decided here, by the kind's row. */
import type { Column, KindRow } from '../../api/kinds/row.js';
import type { CacheEntry } from '../cache/entry.js';
import type { Representation } from '../cache/representation.js';
import { partialObject } from './partial.js';

/** What stands beside the cells of a row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const definition = (column: Column) => ({
  name: column.name,
  type: column.type,
  format: column.format ?? '',
  description: column.description ?? '',
  priority: column.priority ?? 0,
});

/** `now` in milliseconds, for ages. */
export function table(row: KindRow, version: string, include: IncludeObject, now: () => number): Representation {
  const tableRow = (entry: CacheEntry, at: number): string => {
    const cells = JSON.stringify(row.columns.map(column => column.cell(entry.object, at)));
    if (include === 'None') return `{"cells":${cells},"object":null}`;
    const object = include === 'Object' ? entry.bytes.toString() : JSON.stringify(partialObject(entry, version));
    return `{"cells":${cells},"object":${object}}`;
  };

  /** With its columns' definitions, or with the rows alone. */
  const shape = (key: string, columnDefinitions: object[] | null): Representation => {
    const whole = (metadata: object, entries: readonly CacheEntry[]): Buffer => {
      const at = now();
      const head = JSON.stringify({ kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions });
      return Buffer.from(`${head.slice(0, -1)},"rows":[${entries.map(entry => tableRow(entry, at)).join(',')}]}`);
    };
    return {
      key,
      contentType: 'application/json',
      object: entry => whole({ resourceVersion: String(entry.revision) }, [entry]),
      list: (entries, meta) => [whole(meta, entries)],
      bookmark: (revision, annotations) =>
        whole({ resourceVersion: String(revision), ...(annotations ? { annotations } : {}) }, []),
    };
  };

  const key = `table/${version}/${include}`;
  return { ...shape(key, row.columns.map(definition)), following: shape(`${key}/rows`, null) };
}
