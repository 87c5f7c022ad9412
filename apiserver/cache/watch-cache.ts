/**
 * The whole store in memory, fed by one watch: what every read, list and watch of the API is answered from. It never
 * runs ahead of the store, and `fresh` waits until it has caught up with all that was acknowledged.
 */
import type { Clock } from '../../api/clock.js';
import { isStorage } from '../../api/kinds/conversion.js';
import type { KindRow } from '../../api/kinds/row.js';
import { statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import {
  Compacted,
  type Entry,
  SlowWatcher,
  type Store,
  type StoreEvent,
  type WatchBatch,
} from '../../storage/store.js';
import { Deadlines } from '../deadlines.js';
import { unknownPath } from '../registry/refusals.js';
import { withRevision } from './encoded.js';
import { CacheEntry } from './entry.js';
import { KeySpace, type Place, registryPrefix } from './keys.js';
import { ResourceCache } from './resource-cache.js';
import { Shelves } from './shelves.js';
import type { Watcher } from './watcher.js';

/** A read waits so long for the cache to catch up with the store before it is refused. */
const freshnessMs = 3000;
/** Few: what a page held is garbage while it is young. */
const loadPage = 1000;
/** Changes that are older are given up, but for the last few: a cluster that was busy once is small again. */
const historyMs = 300_000;
const sampleMs = 10_000;

export interface WatchCacheOptions {
  store: Store;
  rows: readonly KindRow[];
  clock: Clock;
  /** The store is gone for good: nothing can be served any more. */
  onFatal(error: unknown): void;
}

export class WatchCache {
  readonly #resources = new Map<string, ResourceCache>();
  /** By group and plural, the prefix of its keys. Two maps rather than one text of both, which each look-up would have to make. */
  readonly #byName = new Map<string, Map<string, string>>();
  /** Events of resources that are being loaded. */
  readonly #joining = new Map<string, StoreEvent[]>();
  readonly #keys: KeySpace;
  readonly #shelves = new Shelves();
  readonly #handedOver = new WeakMap<Uint8Array, AnyObject>();
  readonly #stopping = new AbortController();
  #revision = 0;
  /** All writes up to this revision were acknowledged by this server, as far as they were its own. */
  #promised = 0;
  readonly #waiting = new Set<{ revision: number; resolve: () => void }>();
  readonly #patience: Deadlines;
  /** Where the cache was at some times of the last minutes, oldest first. */
  #passed: { at: number; revision: number }[] = [];
  #leaving = false;
  #dirty: Watcher[] = [];
  #asking: Promise<number> | undefined;
  #askingNext: Promise<number> | undefined;
  #feed: Promise<void> = Promise.resolve();

  private constructor(private readonly options: WatchCacheOptions) {
    this.#keys = new KeySpace(options.rows);
    this.#patience = new Deadlines(options.clock);
  }

  /** Loads everything, and goes on following the store until `close`. */
  static async open(options: WatchCacheOptions): Promise<WatchCache> {
    const cache = new WatchCache(options);
    const { entries, revision } = await cache.#load(registryPrefix, cache.#shelves);
    for (const row of options.rows.filter(isStorage)) {
      const prefix = cache.#keys.prefixOf(row);
      cache.#resources.set(prefix, cache.#resourceOf(row, entries.get(prefix) ?? [], revision));
    }
    for (const row of options.rows) cache.#name(row);
    cache.#revision = revision;
    cache.#feed = cache.#follow();
    return cache;
  }

  /** All writes up to this revision are in the cache. */
  get revision(): number {
    return this.#revision;
  }

  keyOf(row: KindRow, namespace: string, name: string): string {
    return this.#keys.keyOf(row, namespace, name);
  }

  prefixOf(row: KindRow): string {
    return this.#keys.prefixOf(row);
  }

  /** Throws NotFound when the kind is not served any more. */
  resource(row: KindRow): ResourceCache {
    const found = this.#resources.get(this.#keys.prefixOf(row));
    if (!found) throw unknownPath();
    return found;
  }

  /** Undefined for what is not served. */
  named({ group, resource }: { group: string; resource: string }): ResourceCache | undefined {
    return this.#resources.get(this.#byName.get(group)?.get(resource) ?? '');
  }

  /** Begins to serve the objects of a row that was not there when the cache was opened. One call at a time for a row. */
  async add(row: KindRow): Promise<void> {
    const prefix = this.#keys.prefixOf(row);
    this.#name(row);
    if (this.#resources.has(prefix)) return;
    const missed: StoreEvent[] = [];
    this.#joining.set(prefix, missed);
    this.#keys.add(row);
    try {
      const { entries, revision } = await this.#load(prefix, this.#shelves);
      const resource = this.#resourceOf(row, entries.get(prefix) ?? [], revision);
      this.#resources.set(prefix, resource);
      for (const event of missed) this.#tell(resource, (this.#keys.parse(event.key) as Place).path, event);
      if (this.#revision < revision) await this.atLeast(revision);
    } finally {
      this.#joining.delete(prefix);
    }
  }

  /** Ends the watches of a resource, and forgets its objects. */
  remove(row: KindRow): void {
    const prefix = this.#keys.prefixOf(row);
    this.#resources.get(prefix)?.close();
    this.#resources.delete(prefix);
    this.#keys.remove(row);
    this.#byName.get(row.group)?.delete(row.plural);
  }

  #resourceOf(row: KindRow, entries: readonly CacheEntry[], revision: number): ResourceCache {
    const valueAt = (index: string, object: AnyObject): string | undefined => indexValue(row, index, object);
    return new ResourceCache(entries, revision, valueAt, { shelves: this.#shelves });
  }

  #name(row: KindRow): void {
    const ofGroup = this.#byName.get(row.group) ?? new Map<string, string>();
    this.#byName.set(row.group, ofGroup.set(row.plural, this.#keys.prefixOf(row)));
  }

  /** Spares the cache a decoding: `object` is what `value` says, and now belongs to the cache. Call before the write. */
  handOver(value: Uint8Array, object: AnyObject): void {
    this.#handedOver.set(value, object);
  }

  /**
   * Waits until the cache holds every write that has been acknowledged to anybody; answers its revision. Answers at once
   * when nothing has to be waited for and the store knows that without asking anybody: most requests, then, wait for nothing.
   */
  fresh(): number | Promise<number> {
    const known = this.options.store.currentRevision?.();
    return known !== undefined && known <= this.#revision ? this.#revision : this.#catchUp(known);
  }

  async #catchUp(known: number | undefined): Promise<number> {
    await this.atLeast(known ?? (await this.#ask()));
    return this.#revision;
  }

  /** A write of this revision is about to be acknowledged: whoever asks anything from now on is to find it here. */
  promise(revision: number): void {
    this.#promised = Math.max(this.#promised, revision);
  }

  /**
   * Undefined, which is the rule, when the cache has all that this server has acknowledged; otherwise resolves once it
   * has. A write need not wait until it has come back through the store's watch (over etcd that is a way of its own):
   * what is asked after it waits, and by then it is mostly there. The order of events stays the store's. That the cache
   * is late is no reason to refuse what is asked: it is then decided upon what is known.
   */
  kept(): Promise<void> | undefined {
    return this.#promised <= this.#revision ? undefined : this.atLeast(this.#promised).catch(() => undefined);
  }

  /** Throws Timeout ("Too large resource version") when the cache does not get there in time. */
  async atLeast(revision: number): Promise<void> {
    if (this.#revision >= revision) return;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#patience.after(freshnessMs, () => {
        this.#waiting.delete(waiter);
        reject(tooLarge(revision, this.#revision));
      });
      const reached = (): void => {
        cancel();
        resolve();
      };
      const waiter = { revision, resolve: reached };
      this.#waiting.add(waiter);
    });
  }

  /** Asks for the watcher's queue to be written at the end of this tick. */
  readonly wake = (watcher: Watcher): void => {
    if (this.#dirty.length === 0) setImmediate(() => this.#flush());
    this.#dirty.push(watcher);
  };

  /** Bookmarks and deadlines: called about once a second. */
  tick(): void {
    this.#patience.tick();
    const now = this.options.clock.now();
    for (const watcher of this.#watchers()) watcher.tick(now, this.#revision);
    this.#age(now - historyMs);
    if (now - (this.#passed.at(-1)?.at ?? 0) >= sampleMs) this.#passed.push({ at: now, revision: this.#revision });
  }

  #age(time: number): void {
    const young = this.#passed.findIndex(({ at }) => at > time);
    const old = this.#passed.splice(0, young < 0 ? this.#passed.length : young).at(-1);
    if (old) for (const resource of this.#resources.values()) resource.age(old.revision);
  }

  watcherCount(): number {
    let count = 0;
    for (const _ of this.#watchers()) count++;
    return count;
  }

  /** Those that go on: `end` tells each what is queued for it, and ends it. From now on new ones end as they begin. */
  watchesToEnd(): readonly Watcher[] {
    this.#leaving = true;
    return [...this.#watchers()];
  }

  /** The server is about to go: what begins now must not last. */
  get isLeaving(): boolean {
    return this.#leaving;
  }

  /** Ends all watches and stops to follow the store. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const watcher of this.watchesToEnd()) watcher.end();
    await this.#feed;
  }

  *#watchers(): Iterable<Watcher> {
    for (const resource of this.#resources.values()) yield* resource.watchers();
  }

  #flush(): void {
    const watchers = this.#dirty;
    this.#dirty = [];
    for (const watcher of watchers) watcher.flush();
  }

  /**
   * The store's revision. One question at a time is under way; all who come meanwhile share the next, never this one: it
   * may be answered as of before the caller's own last write.
   */
  #ask(): Promise<number> {
    if (!this.#asking) return this.#askNow();
    this.#askingNext ??= this.#asking
      .catch(() => undefined)
      .then(() => {
        this.#askingNext = undefined;
        return this.#askNow();
      });
    return this.#askingNext;
  }

  #askNow(): Promise<number> {
    const asked = this.options.store.revision().finally(() => {
      if (this.#asking === asked) this.#asking = undefined;
    });
    this.#asking = asked;
    return asked;
  }

  /** All objects under the prefix, by the prefixes of their resources. With shelves, their bytes are laid there. */
  async #load(prefix: string, shelves?: Shelves): Promise<{ entries: Map<string, CacheEntry[]>; revision: number }> {
    const entries = new Map<string, CacheEntry[]>();
    let page = await this.options.store.list(prefix, { limit: loadPage });
    const { revision } = page;
    for (;;) {
      for (const entry of page.entries) this.#take(entry, entries, shelves);
      const last = page.entries.at(-1);
      if (!page.more || !last) return { entries, revision };
      page = await this.options.store.list(prefix, { limit: loadPage, revision, after: last.key });
    }
  }

  #take(entry: Entry, into: Map<string, CacheEntry[]>, shelves: Shelves | undefined): void {
    const place = this.#keys.parse(entry.key);
    if (!place) return;
    const found = into.get(place.prefix) ?? [];
    into.set(place.prefix, found);
    const taken = this.#entry(place.path, entry.value, entry.revision);
    shelves?.put(taken);
    found.push(taken);
  }

  #entry(path: string, value: Uint8Array, revision: number): CacheEntry {
    const object = this.#handedOver.get(value);
    // The store remembers values for a while: while one is known here, so is its object, and grows old for nothing.
    if (object) this.#handedOver.delete(value);
    return new CacheEntry(path, withRevision(value, revision), revision, object);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for await (const batch of this.options.store.watch(registryPrefix, this.#revision + 1, signal)) {
          this.#apply(batch);
        }
        if (!signal.aborted) throw new Error('the store ended its watch');
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof SlowWatcher || error instanceof Compacted)) return this.options.onFatal(error);
        await this.#reload();
      }
    }
  }

  #apply(batch: WatchBatch): void {
    for (const event of batch.events) {
      const place = this.#keys.parse(event.key);
      if (!place) continue;
      const resource = this.#resources.get(place.prefix);
      if (resource) this.#tell(resource, place.path, event);
      else this.#joining.get(place.prefix)?.push(event);
    }
    this.#arrive(batch.revision);
  }

  #tell(resource: ResourceCache, path: string, event: StoreEvent): void {
    if (event.revision <= resource.loadedAt) return;
    const now = event.type === 'put' ? this.#entry(path, event.value, event.revision) : undefined;
    resource.apply(path, now, event.revision);
  }

  /** After a gap in the feed: what differs between the cache and the store is applied as if it had been watched. */
  async #reload(): Promise<void> {
    const { entries, revision } = await this.#load(registryPrefix);
    for (const [prefix, resource] of this.#resources) {
      const current = new Map((entries.get(prefix) ?? []).map(entry => [entry.path, entry]));
      const gone = resource.all().filter(entry => !current.has(entry.path));
      const known = Math.max(this.#revision, resource.loadedAt);
      const written = [...current.values()].filter(entry => entry.revision > known);
      for (const entry of written.sort((a, b) => a.revision - b.revision)) {
        resource.apply(entry.path, entry, entry.revision);
      }
      for (const entry of gone) resource.apply(entry.path, undefined, revision);
    }
    this.#arrive(revision);
  }

  #arrive(revision: number): void {
    this.#revision = revision;
    for (const waiter of this.#waiting) {
      if (waiter.revision > revision) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }
}

function indexValue(row: KindRow, index: string, object: AnyObject): string | undefined {
  if (index.startsWith('labels/')) return object.metadata.labels?.[index.slice('labels/'.length)];
  return row.fields?.(object)[index.slice('fields/'.length)];
}

const tooLarge = (asked: number, current: number) =>
  statusError('Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
