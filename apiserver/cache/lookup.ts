/** The cache as authorizers, admission and the registry's own rules read it. */
import type { AnyObject } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import type { WatchCache } from './watch-cache.js';

/** Resources that are not served look empty. Objects are shown as they are stored. */
export function lookupOver(cache: WatchCache): Lookup {
  return {
    get: (resource, namespace, name) =>
      cache.named(resource)?.get(namespace === '' ? name : `${namespace}/${name}`)?.object,
    *list(resource, namespace): Iterable<AnyObject> {
      for (const entry of cache.named(resource)?.all(namespace) ?? []) yield entry.object;
    },
    onChange: (resource, listener) => cache.named(resource)?.onChange(listener),
  };
}
