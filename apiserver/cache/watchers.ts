/**
 * Who watches a resource, arranged so that a change looks only at those it may concern: a kubelet watches the pods of
 * its node, a controller one ConfigMap, and with a thousand of them a change must not ask each.
 */
import type { Change } from './change.js';
import type { ValueAt } from './resource-cache.js';
import type { Watcher } from './watcher.js';

/** Filtered watches are kept by this one index, where they name it; others by namespace and name. */
const nodeIndex = 'fields/spec.nodeName';

export class Watchers {
  readonly #buckets = new Map<string, Set<Watcher>>();
  #byNode = 0;

  constructor(private readonly valueAt: ValueAt) {}

  add(watcher: Watcher): void {
    const key = bucketOf(watcher);
    const byNode = key.startsWith('node/');
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new Set();
      this.#buckets.set(key, bucket);
    }
    bucket.add(watcher);
    if (byNode) this.#byNode++;
    watcher.onEnd(() => {
      bucket.delete(watcher);
      if (bucket.size === 0 && this.#buckets.get(key) === bucket) this.#buckets.delete(key);
      if (byNode) this.#byNode--;
    });
  }

  *[Symbol.iterator](): Iterator<Watcher> {
    for (const bucket of this.#buckets.values()) yield* bucket;
  }

  offer(change: Change): void {
    if (this.#buckets.size === 0) return;
    const { namespace, name } = change.now ?? (change.before as NonNullable<Change['before']>);
    this.#tell('all', change);
    if (namespace !== '') this.#tell(`namespace/${namespace}`, change);
    this.#tell(`name/${namespace}/${name}`, change);
    if (namespace !== '') this.#tell(`name//${name}`, change);
    if (this.#byNode > 0) this.#tellNodes(change);
  }

  #tellNodes(change: Change): void {
    const now = change.now && this.valueAt(nodeIndex, change.now.object);
    const before = change.before && this.valueAt(nodeIndex, change.before.object);
    if (now !== undefined) this.#tell(`node/${now}`, change);
    if (before !== undefined && before !== now) this.#tell(`node/${before}`, change);
  }

  #tell(bucket: string, change: Change): void {
    const watchers = this.#buckets.get(bucket);
    if (watchers) for (const watcher of watchers) watcher.offer(change);
  }
}

function bucketOf({ filter }: Watcher): string {
  const node = filter.exact.get(nodeIndex);
  if (node !== undefined) return `node/${node}`;
  if (filter.name !== undefined) return `name/${filter.namespace}/${filter.name}`;
  return filter.namespace === '' ? 'all' : `namespace/${filter.namespace}`;
}
