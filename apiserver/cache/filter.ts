/** What a list or a watch is narrowed to. Built by the registry from selectors; the cache asks only these questions. */
import type { CacheEntry } from './entry.js';
import type { VersionView } from './version-view.js';

export interface Filter {
  /** '' is all namespaces. */
  readonly namespace: string;
  /** Only the object of this name. */
  readonly name?: string | undefined;
  /** Index values that every match has ('spec.nodeName' -> 'node-1'): the cache looks there instead of everywhere. */
  readonly exact: ReadonlyMap<string, string>;
  /** The rest of the question; absent when namespace and name say all. */
  readonly test?: ((entry: CacheEntry) => boolean) | undefined;
  /** The test reads entries in this version: they are prepared before it is asked. */
  readonly view?: VersionView | undefined;
}

export const everything: Filter = { namespace: '', exact: new Map() };

export function matches(filter: Filter, entry: CacheEntry): boolean {
  if (filter.namespace !== '' && entry.namespace !== filter.namespace) return false;
  if (filter.name !== undefined && entry.name !== filter.name) return false;
  return filter.test === undefined || filter.test(entry);
}
