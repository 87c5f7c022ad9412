/** A store whose answers are timed. What is asked and answered stays as it is; nobody waits for the clock. */
import type { Store } from '../../storage/store.js';
import { registryPrefix } from '../cache/keys.js';

type Told = (operation: string, type: string, milliseconds: number) => void;

/** `now` in milliseconds, with fractions: many answers take less than one. */
export function timedStore(store: Store, now: () => number, told: Told): Store {
  const timed = <T>(operation: string, key: string, work: Promise<T>): Promise<T> => {
    const began = now();
    const done = (): void => told(operation, typeOf(key), now() - began);
    work.then(done, done);
    return work;
  };
  const { currentRevision } = store;
  return {
    ...(currentRevision ? { currentRevision: () => currentRevision.call(store) } : {}),
    revision: () => store.revision(),
    compactedRevision: () => store.compactedRevision(),
    get: key => timed('get', key, store.get(key)),
    list: (prefix, options) => timed('list', prefix, store.list(prefix, options)),
    create: (key, value, options) => timed('create', key, store.create(key, value, options)),
    update: (key, value, expected, options) => timed('update', key, store.update(key, value, expected, options)),
    delete: (key, expected) => timed('delete', key, store.delete(key, expected)),
    watch: (prefix, from, signal) => store.watch(prefix, from, signal),
    compact: revision => store.compact(revision),
    close: () => store.close(),
  };
}

/** '/registry/pods/default/web' is about 'pods'. */
function typeOf(key: string): string {
  const rest = key.slice(registryPrefix.length);
  const end = rest.indexOf('/');
  return end < 0 ? rest : rest.slice(0, end);
}
