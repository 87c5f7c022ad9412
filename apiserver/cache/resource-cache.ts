/** All objects of one resource, in the order of their keys, with their recent changes and those who watch them. */
import type { AnyObject } from '../../api/types.js';
import { Change } from './change.js';
import type { CacheEntry } from './entry.js';
import { type Filter, matches } from './filter.js';
import { Shelves } from './shelves.js';
import { SortedEntries } from './sorted-entries.js';
import { ValueIndex } from './value-index.js';
import type { Watcher } from './watcher.js';
import { Watchers } from './watchers.js';
import { Window, type WindowLimits } from './window.js';

/** An index costs memory, and anybody may ask for any label: beyond so many, those are answered by a scan. */
const maxIndexes = 24;

export type Listener = (now: AnyObject | undefined, before: AnyObject | undefined) => void;

/** The value an index is kept by: 'labels/app' reads the label app, 'fields/spec.nodeName' a field of the kind. */
export type ValueAt = (index: string, object: AnyObject) => string | undefined;

export interface ResourceCacheOptions {
  limits?: WindowLimits;
  /** Where the objects' bytes lie, among those of others. */
  shelves?: Shelves;
}

export class ResourceCache {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #sorted: SortedEntries;
  readonly #indexes = new Map<string, ValueIndex>();
  readonly #listeners: Listener[] = [];
  readonly #watchers: Watchers;
  readonly #window: Window;
  readonly #shelves: Shelves;
  /** The revision of the last change of this resource. */
  changedAt: number;
  /** What it was loaded with is of this revision: earlier changes are in it. */
  readonly loadedAt: number;

  constructor(
    loaded: readonly CacheEntry[],
    revision: number,
    private readonly valueAt: ValueAt,
    { limits, shelves = new Shelves() }: ResourceCacheOptions = {},
  ) {
    this.#shelves = shelves;
    for (const entry of loaded) {
      if (!entry.shelf) shelves.put(entry);
      this.#entries.set(entry.path, entry);
    }
    this.#sorted = new SortedEntries(loaded);
    this.#window = new Window(revision, limits);
    this.#watchers = new Watchers(valueAt);
    this.changedAt = revision;
    this.loadedAt = revision;
  }

  get size(): number {
    return this.#sorted.size;
  }

  get(path: string): CacheEntry | undefined {
    return this.#entries.get(path);
  }

  /** All entries in key order; with a namespace, its own. */
  all(namespace = ''): readonly CacheEntry[] {
    return this.#after(namespace, '');
  }

  /** What matches, in key order, from after the path `after`. */
  select(filter: Filter, after = ''): readonly CacheEntry[] {
    const named = filter.name !== undefined && this.#named(filter, filter.name);
    if (named) return named.filter(entry => entry.path > after);
    const indexed = this.#fromIndex(filter);
    if (indexed) return indexed.filter(entry => entry.path > after);
    const range = this.#after(filter.namespace, after);
    return filter.test || filter.name !== undefined ? range.filter(entry => matches(filter, entry)) : range;
  }

  /** Changes after `revision`; undefined when those are no longer known (410). */
  since(revision: number): readonly Change[] | undefined {
    return revision < this.#window.floor ? undefined : this.#window.after(revision);
  }

  /** Where history starts, for messages. */
  get floor(): number {
    return this.#window.floor;
  }

  /** Changes up to this revision are old: most are given up. */
  age(revision: number): void {
    this.#window.age(revision);
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  addWatcher(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  watchers(): Iterable<Watcher> {
    return this.#watchers;
  }

  /** It is not served any more: gives back what its objects take. */
  close(): void {
    this.endWatches();
    this.#window.clear();
    for (const entry of this.#entries.values()) entry.release();
  }

  endWatches(): void {
    for (const watcher of [...this.#watchers]) watcher.end();
  }

  /** Takes in one write; `now` is absent for a deletion. */
  apply(path: string, now: CacheEntry | undefined, revision: number): void {
    const before = this.#entries.get(path);
    if (!now && !before) return;
    this.#put(path, now);
    for (const index of this.#indexes.values()) index.replace(before, now);
    this.changedAt = revision;
    const change = new Change(revision, now, before);
    this.#window.push(change);
    this.#watchers.offer(change);
    for (const listener of this.#listeners) listener(now?.object, before?.object);
    now?.settle(before);
    before?.retire();
  }

  #put(path: string, now: CacheEntry | undefined): void {
    if (now) {
      this.#shelves.put(now);
      this.#entries.set(path, now);
      this.#sorted.put(now);
    } else {
      this.#entries.delete(path);
      this.#sorted.delete(path);
    }
  }

  /** Those of a namespace ('' is all) that come after a path. */
  #after(namespace: string, after: string): CacheEntry[] {
    const next = after === '' ? '' : `${after}\0`;
    if (namespace === '') return this.#sorted.range(next);
    const start = `${namespace}/`;
    return this.#sorted.range(next > start ? next : start, `${namespace}0`); // '0' follows '/'
  }

  /** Undefined when the name alone does not say which entry: a namespaced kind, asked in all namespaces. */
  #named(filter: Filter, name: string): CacheEntry[] | undefined {
    const entry = this.#entries.get(filter.namespace === '' ? name : `${filter.namespace}/${name}`);
    if (entry) return matches(filter, entry) ? [entry] : [];
    return filter.namespace === '' ? undefined : [];
  }

  #fromIndex(filter: Filter): CacheEntry[] | undefined {
    let best: { index: ValueIndex; value: string } | undefined;
    for (const [name, value] of filter.exact) {
      const index = this.#index(name);
      if (index && (!best || index.count(value) < best.index.count(best.value))) best = { index, value };
    }
    if (!best) return undefined;
    const found: CacheEntry[] = [];
    for (const entry of best.index.find(best.value)) if (matches(filter, entry)) found.push(entry);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #index(name: string): ValueIndex | undefined {
    let index = this.#indexes.get(name);
    if (!index && (name.startsWith('fields/') || this.#indexes.size < maxIndexes)) {
      index = new ValueIndex(object => this.valueAt(name, object), this.all());
      this.#indexes.set(name, index);
    }
    return index;
  }
}
