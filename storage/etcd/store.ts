/**
 * The store over an etcd cluster, for several API servers at once. Keys and values are whatever the caller writes: with
 * Kubernetes' own keys, etcdctl and Kubernetes' API server read the same data.
 */
import type { ICompare, IRequestOp, IResponseOp } from 'etcd3';
import type { Clock } from '../../api/clock.js';
import { checkKey, checkRevision, checkTtl } from '../arguments.js';
import { Watchers } from '../engine/watchers.js';
import {
  Compacted,
  type Entry,
  FutureRevision,
  type ListOptions,
  type Page,
  SlowWatcher,
  type Store,
  Unavailable,
  type WatchBatch,
  type WriteOptions,
  type Written,
} from '../store.js';
import { Assembly } from './assembly.js';
import type { EtcdClient } from './client.js';
import { KeySpace } from './entry.js';
import { isCompacted, isFuture, isLeaseGone, unavailable } from './errors.js';
import { keyAfter, NUL, prefixEnd, rangeOf } from './keys.js';
import { LeasePool } from './leases.js';
import { compactedRevisionOf } from './probe.js';
import { batchesOf } from './watch.js';

/** Lists without a limit are fetched in pages of so many entries, all at one revision. */
const FETCHED_AT_ONCE = 5000;
const NO_LEASE = '0';

export interface EtcdStoreOptions {
  endpoints: readonly string[];
  /** Put before every key; '' by default. */
  prefix: string;
  clock: Clock;
  maxBehind: number;
}

export class EtcdStore implements Store {
  readonly #keys: KeySpace;
  readonly #leases: LeasePool;
  readonly #watchers: Watchers;
  readonly #stop = new AbortController();

  constructor(
    private readonly client: EtcdClient,
    private readonly options: EtcdStoreOptions,
  ) {
    this.#keys = new KeySpace(options.prefix);
    this.#watchers = new Watchers(options.maxBehind);
    const grant = async (seconds: number): Promise<string> =>
      (await client.write(() => client.leaseClient.leaseGrant({ TTL: seconds, ID: '0' }))).ID;
    this.#leases = new LeasePool(grant, options.clock);
    void this.#watchers.keepIdle(options.clock, this.#stop.signal);
  }

  async revision(): Promise<number> {
    // Every answer carries it. One key is asked for: etcd would count all that a range has.
    const { header } = await this.#call(() => this.#range({ key: NUL, count_only: true }));
    return Number(header.revision);
  }

  async compactedRevision(): Promise<number> {
    return this.#call(() => compactedRevisionOf(this.client));
  }

  async get(key: string): Promise<Entry | undefined> {
    checkKey(key);
    const { kvs } = await this.#call(() => this.#range({ key: this.#keys.bytes(key) }));
    return kvs[0] && this.#keys.entry(kvs[0]);
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Page> {
    const { limit = 0 } = options;
    if (options.revision !== undefined) checkRevision(options.revision);
    const entries: Entry[] = [];
    let revision = options.revision;
    let start = this.#firstKey(prefix, options.after);
    const range_end = prefixEnd(this.#keys.bytes(prefix));
    for (;;) {
      const wanted = limit === 0 ? FETCHED_AT_ONCE : Math.min(FETCHED_AT_ONCE, limit - entries.length);
      const range = { key: start, range_end, limit: wanted, ...(revision !== undefined && { revision }) };
      const { header, kvs, more } = await this.#call(() => this.#range(range), revision);
      revision ??= Number(header.revision);
      for (const kv of kvs) entries.push(this.#keys.entry(kv));
      const last = kvs.at(-1);
      if (!more || last === undefined || entries.length === limit) {
        return { entries, revision, more };
      }
      start = keyAfter(last.key);
    }
  }

  create(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Written> {
    return this.#put(key, value, options, [absent]);
  }

  async update(key: string, value: Uint8Array, expected: number, options: WriteOptions = {}): Promise<Written> {
    return this.#put(key, value, options, [present, at(expected)]);
  }

  async delete(key: string, expected?: number): Promise<Written> {
    checkKey(key);
    const bytes = this.#keys.bytes(key);
    const conditions = expected === undefined ? [present] : [present, at(expected)];
    return this.#transact(bytes, conditions, { request_delete_range: { key: bytes } });
  }

  async *watch(prefix: string, from: number, signal: AbortSignal): AsyncGenerator<WatchBatch> {
    if (signal.aborted) return;
    this.#serve();
    checkRevision(from);
    const watcher = this.#watchers.join(from, from - 1);
    const stop = (): void => watcher.end();
    signal.addEventListener('abort', stop, { once: true });
    const { client, options } = this;
    const source = { client, clock: options.clock, compactedRevision: () => this.compactedRevision() };
    try {
      yield* batchesOf(source, watcher, new Assembly(this.#keys, this.#keys.bytes(prefix), from));
    } catch (error) {
      if (error instanceof Compacted || error instanceof SlowWatcher) throw error;
      throw unavailable(error, options.endpoints);
    } finally {
      signal.removeEventListener('abort', stop);
      this.#watchers.leave(watcher);
    }
  }

  async compact(revision: number): Promise<void> {
    checkRevision(revision);
    await this.#call(() => this.client.write(() => this.client.kv.compact({ revision })), revision);
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#watchers.end();
    this.client.close();
  }

  async #put(key: string, value: Uint8Array, { ttlSeconds }: WriteOptions, conditions: Condition[]): Promise<Written> {
    checkKey(key);
    checkTtl(ttlSeconds);
    const bytes = this.#keys.bytes(key);
    const request = { key: bytes, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength) };
    if (ttlSeconds === undefined)
      return this.#transact(bytes, conditions, { request_put: { ...request, lease: NO_LEASE } });
    for (let attempt = 1; ; attempt++) {
      const leasing = this.#leases.lease(ttlSeconds);
      const lease = await this.#call(() => leasing);
      try {
        return await this.#transact(bytes, conditions, { request_put: { ...request, lease } });
      } catch (error) {
        // It ran out in the meantime, or somebody revoked it; nothing was written.
        if (attempt > 1 || !(error instanceof Unavailable && isLeaseGone(error.cause))) throw error;
        this.#leases.forget(ttlSeconds, leasing);
      }
    }
  }

  async #transact(key: Buffer, conditions: Condition[], change: IRequestOp): Promise<Written> {
    const transaction = {
      compare: conditions.map(condition => ({ ...condition, key })),
      success: [change],
      failure: [{ request_range: { key } }],
    };
    const done = await this.#call(() => this.client.write(() => this.client.kv.txn(transaction)));
    if (done.succeeded) return { ok: true, revision: Number(done.header.revision) };
    return { ok: false, current: this.#found(done.responses[0]) };
  }

  #found(response: IResponseOp | undefined): Entry | undefined {
    const kv = response?.response_range.kvs[0];
    return kv && this.#keys.entry(kv);
  }

  #firstKey(prefix: string, after: string | undefined): Buffer {
    const first = rangeOf(this.#keys.bytes(prefix)).key;
    if (after === undefined) return first;
    const next = keyAfter(this.#keys.bytes(after));
    return Buffer.compare(next, first) > 0 ? next : first;
  }

  #range(request: Parameters<EtcdClient['kv']['range']>[0]): ReturnType<EtcdClient['kv']['range']> {
    return this.client.read(() => this.client.kv.range(request));
  }

  /** Calls etcd, and says its errors in the store's words; `revision` is the one that was asked for. */
  async #call<T>(run: () => Promise<T>, revision?: number): Promise<T> {
    this.#serve();
    try {
      return await run();
    } catch (error) {
      if (revision !== undefined && isCompacted(error)) throw new Compacted(await this.compactedRevision());
      if (revision !== undefined && isFuture(error)) throw new FutureRevision(revision, await this.revision());
      this.#serve();
      throw unavailable(error, this.options.endpoints);
    }
  }

  #serve(): void {
    if (this.#stop.signal.aborted)
      throw new Unavailable(`the store on etcd at ${this.options.endpoints.join(', ')} is closed`);
  }
}

/** What a transaction asks of the key before it changes it. */
type Condition = Omit<ICompare, 'key'>;

const absent: Condition = { target: 'Version', result: 'Equal', version: 0 };
const present: Condition = { target: 'Version', result: 'Greater', version: 0 };
const at = (revision: number): Condition => ({ target: 'Mod', result: 'Equal', mod_revision: revision });
