/**
 * A copy of one kind's objects, kept up to date by list and watch, over any interruption: a dropped connection is
 * resumed where it was, and history that the server no longer has (410 Gone) is replaced by a new list.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { KubeList, KubeObject, WatchEvent } from '../../api/types.js';
import type { Client, Name, Resource, Selection } from '../client.js';
import { jittered } from '../queue/backoff.js';
import { Cache, type Change, type IndexFunction } from './cache.js';
import { isAtLeast } from './revision.js';

const pageSize = 500;
const backoff = { baseMs: 200, maxMs: 30_000 };
/** A watch is renewed after 5 to 10 minutes, as client-go does it: a stuck connection heals with that. */
const watchSeconds = { least: 300, more: 300 };
/** A watch that ended sooner than this, and told nothing, did not work. */
const workingWatchMs = 1000;

export interface InformerOptions<T extends KubeObject> {
  client: Client;
  resource: Resource<T>;
  selection?: Selection;
  indexes?: Record<string, IndexFunction<T>>;
  clock: Clock;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

type Listener<T extends KubeObject> = (change: Change<T>) => void;

export class Informer<T extends KubeObject = KubeObject> {
  /** Resolves once the first list is in the cache and was told to the listeners; never rejects. */
  readonly synced: Promise<void>;
  /** Resolves once the informer has ended. */
  readonly stopped: Promise<void>;
  readonly cache: Cache<T>;
  readonly #options: InformerOptions<T>;
  readonly #listeners = new Set<Listener<T>>();
  readonly #progress = new Set<() => void>();
  #markSynced: () => void = () => {};
  #resourceVersion = '';
  #isSynced = false;
  #failures = 0;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.cache = new Cache(options.indexes);
    this.synced = new Promise(resolve => {
      this.#markSynced = resolve;
    });
    this.stopped = this.#run();
  }

  get resource(): Resource<T> {
    return this.#options.resource;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** All that happened to the selected objects up to this resourceVersion is in the cache; '' before the first list. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  get(name: Name): T | undefined {
    return this.cache.get(name.namespace ? `${name.namespace}/${name.name}` : name.name);
  }

  list(namespace?: string): T[] {
    return this.cache.list(namespace);
  }

  byIndex(index: string, value: string): T[] {
    return this.cache.byIndex(index, value);
  }

  /** Called after each change, from now on. Answers how to stop it. */
  onChange(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called when resourceVersion has risen, after the listeners of the changes. */
  onProgress(listener: () => void): () => void {
    this.#progress.add(listener);
    return () => this.#progress.delete(listener);
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === '') await this.#listAll();
        await this.#watch();
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** After 410 the history is gone, and a list takes its place; after all else the same step is tried again. */
  async #recover(error: unknown): Promise<void> {
    const { clock, log, random, resource, signal } = this.#options;
    if (signal.aborted) return;
    const expired = isExpired(error);
    if (expired) this.#resourceVersion = '';
    this.#failures++;
    const wait = jittered(backoff, this.#failures, random);
    const level = expired || this.#failures === 1 ? 'debug' : 'warn';
    log[level]({ resource: resource.plural, reason: (error as Error).message, wait }, 'list and watch was interrupted');
    await clock.sleep(wait, signal);
  }

  async #listAll(): Promise<void> {
    const { items, resourceVersion } = await this.#pages();
    const kind = this.#options.resource.kind;
    const version = apiVersionOf(this.#options.resource);
    for (const item of items) {
      // Kubernetes leaves both out of the items of a list.
      item.kind ??= kind;
      item.apiVersion ??= version;
    }
    this.#resourceVersion = resourceVersion;
    this.#tell(this.cache.replace(items));
    this.#failures = 0;
    if (!this.#isSynced) {
      this.#isSynced = true;
      this.#markSynced();
    }
  }

  /** All pages of one list. When the pages of an old revision expire in between, the whole is asked for at once. */
  async #pages(): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let page = await this.#page({ limit: pageSize });
    for (;;) {
      for (const item of page.items ?? []) items.push(item);
      const token = page.metadata.continue;
      if (!token) return { items, resourceVersion: page.metadata.resourceVersion ?? '0' };
      try {
        page = await this.#page({ limit: pageSize, continue: token });
      } catch (error) {
        if (!(error instanceof StatusError) || error.code !== 410) throw error;
        items.length = 0;
        page = await this.#page({});
      }
    }
  }

  #page(options: { limit?: number; continue?: string }): Promise<KubeList<T>> {
    const { client, resource, selection, signal } = this.#options;
    return client.list(resource, { ...selection, ...options, signal });
  }

  async #watch(): Promise<void> {
    const { client, clock, random, resource, selection, signal } = this.#options;
    const started = clock.now();
    let told = false;
    const events = client.watch(resource, {
      ...selection,
      resourceVersion: this.#resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds.least + Math.floor(random() * watchSeconds.more),
      signal,
    });
    for await (const event of events) {
      if (signal.aborted) return;
      told = true;
      this.#failures = 0;
      this.#take(event);
    }
    if (!told && clock.now() - started < workingWatchMs) throw new Error('the watch ended as soon as it began');
  }

  /** What is older than the cache already is was said before: it must not take an object back in time. */
  #take(event: WatchEvent<T>): void {
    const version = event.object.metadata.resourceVersion;
    if (version !== undefined && !isAtLeast(version, this.#resourceVersion)) return;
    const changes = this.cache.apply(event);
    if (version !== undefined) this.#resourceVersion = version;
    this.#tell(changes);
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) for (const listener of this.#listeners) this.#call(() => listener(change));
    for (const listener of this.#progress) this.#call(listener);
  }

  /** A listener that throws must not end the others' news. */
  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#options.log.error({ resource: this.resource.plural, err: error }, 'a listener of the informer failed');
    }
  }
}

/** The server has no history from our resourceVersion on: it was compacted, or it is a store that began anew. */
const isExpired = (error: unknown): boolean =>
  error instanceof StatusError &&
  (error.code === 410 || (error.status.details?.causes ?? []).some(c => c.reason === 'ResourceVersionTooLarge'));

const apiVersionOf = (resource: Resource): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;

/** Starts at once; await `synced` before deciding anything from it. */
export const startInformer = <T extends KubeObject>(options: InformerOptions<T>): Informer<T> => new Informer(options);
