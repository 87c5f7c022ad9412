/** A store whose values are hidden on their way in and shown on their way out: all above it sees plain JSON. */
import type {
  Entry,
  ListOptions,
  Page,
  Store,
  StoreEvent,
  WatchBatch,
  WriteOptions,
  Written,
} from '../../storage/store.js';
import type { Transformer } from './transform.js';

export class EncryptedStore implements Store {
  /** Keys whose values were read and would be written otherwise today. */
  readonly #stale = new Set<string>();
  readonly currentRevision?: () => number;

  constructor(
    private readonly inner: Store,
    private readonly transformer: Transformer,
  ) {
    if (inner.currentRevision) this.currentRevision = () => inner.currentRevision?.() as number;
  }

  /** Whether writing the same value again would store it otherwise: a key has been exchanged. */
  isStale(key: string): boolean {
    return this.#stale.has(key);
  }

  /** Writes what is stale as it would be written today. Answers how many values were. */
  async rewriteStale(): Promise<number> {
    let written = 0;
    for (const key of [...this.#stale]) {
      const entry = await this.get(key);
      if (!entry) this.#stale.delete(key);
      // Who changed it meanwhile has written it anew.
      else if ((await this.update(key, entry.value, entry.revision)).ok) written++;
    }
    return written;
  }

  revision(): Promise<number> {
    return this.inner.revision();
  }

  compactedRevision(): Promise<number> {
    return this.inner.compactedRevision();
  }

  async get(key: string): Promise<Entry | undefined> {
    const entry = await this.inner.get(key);
    return entry && this.#open(entry);
  }

  async list(prefix: string, options?: ListOptions): Promise<Page> {
    const page = await this.inner.list(prefix, options);
    return { ...page, entries: page.entries.map(entry => this.#open(entry)) };
  }

  async create(key: string, value: Uint8Array, options?: WriteOptions): Promise<Written> {
    return this.#outcome(key, await this.inner.create(key, this.transformer.seal(key, value), options));
  }

  async update(key: string, value: Uint8Array, expected: number, options?: WriteOptions): Promise<Written> {
    return this.#outcome(key, await this.inner.update(key, this.transformer.seal(key, value), expected, options));
  }

  async delete(key: string, expected?: number): Promise<Written> {
    return this.#outcome(key, await this.inner.delete(key, expected));
  }

  async *watch(prefix: string, from: number, signal: AbortSignal): AsyncIterable<WatchBatch> {
    for await (const { revision, events } of this.inner.watch(prefix, from, signal)) {
      yield { revision, events: events.map(event => this.#event(event)) };
    }
  }

  compact(revision: number): Promise<void> {
    return this.inner.compact(revision);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  #outcome(key: string, written: Written): Written {
    if (!written.ok) return { ok: false, current: written.current && this.#open(written.current) };
    this.#stale.delete(key);
    return written;
  }

  #event(event: StoreEvent): StoreEvent {
    if (event.type === 'put') return this.#open(event);
    this.#stale.delete(event.key);
    return event;
  }

  /** As it is now. */
  #open<T extends { key: string; value: Uint8Array }>(entry: T): T {
    const { value, stale } = this.transformer.open(entry.key, entry.value);
    if (stale) this.#stale.add(entry.key);
    else this.#stale.delete(entry.key);
    return value === entry.value ? entry : { ...entry, value };
  }
}
