/** The cache as authorizers, admission and the registry's own rules read it. */
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import type { ResourceCache } from './resource-cache.js';
import type { WatchCache } from './watch-cache.js';

/** Resources that are not served look empty. */
export function lookupOver(cache: WatchCache, rows: readonly KindRow[]): Lookup {
  const byName = new Map(rows.map(row => [`${row.group}/${row.plural}`, cache.resource(row)]));
  const find = (r: { group: string; resource: string }): ResourceCache | undefined =>
    byName.get(`${r.group}/${r.resource}`);
  return {
    get: (resource, namespace, name) => find(resource)?.get(namespace === '' ? name : `${namespace}/${name}`)?.object,
    *list(resource, namespace): Iterable<AnyObject> {
      for (const entry of find(resource)?.all(namespace) ?? []) yield entry.object;
    },
    onChange: (resource, listener) => find(resource)?.onChange(listener),
  };
}
