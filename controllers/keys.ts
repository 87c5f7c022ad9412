/** Keys of queues: 'namespace/name', or 'name' for kinds without namespaces. */
import type { KubeObject } from '../api/types.js';
import type { Name } from '../client/client.js';
import { keyOf } from '../client/informer/cache.js';

export { keyOf };

export function nameOf(key: string): Name {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The name of an object, for a call about it. */
export const named = ({ metadata }: KubeObject): Name => ({
  name: metadata.name ?? '',
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

/** What a source whose own key is to be looked at answers in `keysFor`. */
export function ownKey(now: KubeObject | undefined, before: KubeObject | undefined): string[] {
  const object = now ?? before;
  return object ? [keyOf(object)] : [];
}
