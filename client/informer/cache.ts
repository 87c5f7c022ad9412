/**
 * The objects of one kind that an informer holds, with indexes. It is a reducer: what it holds follows from the lists
 * and events it was given, and each step answers what changed. Objects are shared with readers, who never change them.
 */
import type { KubeObject, WatchEvent } from '../../api/types.js';

/** `before` is absent when the object is new, `now` when it is gone. */
export interface Change<T extends KubeObject = KubeObject> {
  now?: T;
  before?: T;
}

/** The values under which an index finds an object. */
export type IndexFunction<T extends KubeObject> = (object: T) => string[];

/** 'namespace/name', or 'name' for kinds without namespaces. */
export const keyOf = (object: KubeObject): string => {
  const { name = '', namespace } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
};

const byNamespace = Symbol('namespace');

export class Cache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string | symbol, { of: IndexFunction<T>; keys: Map<string, Set<string>> }>();

  constructor(indexes: Record<string, IndexFunction<T>> = {}) {
    this.#indexes.set(byNamespace, { of: object => [object.metadata.namespace ?? ''], keys: new Map() });
    for (const [name, of] of Object.entries(indexes)) this.addIndex(name, of);
  }

  /** May come late: what is held already is indexed. A name that is taken is refused. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) throw new Error(`there is an index "${name}" already`);
    this.#indexes.set(name, { of, keys: new Map() });
    for (const [key, object] of this.#objects) this.#index(name, key, object, 'add');
  }

  /** As addIndex, for a name that stands for the function: those who share it come in any order. */
  ensureIndex(name: string, of: IndexFunction<T>): void {
    if (!this.#indexes.has(name)) this.addIndex(name, of);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.#found(byNamespace, namespace);
  }

  byIndex(index: string, value: string): T[] {
    return this.#found(index, value);
  }

  /** The outcome of a whole list: what is not in it is gone. */
  replace(items: readonly T[]): Change<T>[] {
    const gone = new Set(this.#objects.keys());
    const changes: Change<T>[] = [];
    for (const item of items) {
      gone.delete(keyOf(item));
      changes.push(...this.#put(item));
    }
    for (const key of gone) changes.push(...this.#remove(key));
    return changes;
  }

  apply(event: WatchEvent<T>): Change<T>[] {
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        return this.#put(event.object);
      case 'DELETED':
        return this.#remove(keyOf(event.object), event.object);
      case 'BOOKMARK':
        return [];
    }
  }

  /** An object that was deleted and made again under its name is two changes, as it is two objects. */
  #put(object: T): Change<T>[] {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    const changes: Change<T>[] = [];
    const same = before !== undefined && before.metadata.uid === object.metadata.uid;
    if (before) {
      for (const name of this.#indexes.keys()) this.#index(name, key, before, 'delete');
      if (!same) changes.push({ before });
    }
    this.#objects.set(key, object);
    for (const name of this.#indexes.keys()) this.#index(name, key, object, 'add');
    changes.push(same ? { now: object, before } : { now: object });
    return changes;
  }

  /** `last` is the object as it was deleted, when that is known. */
  #remove(key: string, last?: T): Change<T>[] {
    const held = this.#objects.get(key);
    if (!held) return [];
    this.#objects.delete(key);
    for (const name of this.#indexes.keys()) this.#index(name, key, held, 'delete');
    return [{ before: last ?? held }];
  }

  #index(name: string | symbol, key: string, object: T, step: 'add' | 'delete'): void {
    const index = this.#indexes.get(name);
    if (!index) return;
    for (const value of index.of(object)) {
      const keys = index.keys.get(value);
      if (step === 'add') {
        if (keys) keys.add(key);
        else index.keys.set(value, new Set([key]));
      } else if (keys?.delete(key) && keys.size === 0) index.keys.delete(value);
    }
  }

  #found(name: string | symbol, value: string): T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new Error(`there is no index "${String(name)}"`);
    const objects: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object) objects.push(object);
    }
    return objects;
  }
}
