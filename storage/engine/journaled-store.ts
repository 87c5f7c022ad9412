/**
 * The store over a journal: what memory and lmdb share, which is everything but the journal. Check, number, append and
 * wake are one synchronous step each time: the single thread is the write lock.
 */
import { type Clock, systemClock } from '../../api/clock.js';
import { checkKey, checkRevision, checkTtl } from '../arguments.js';
import {
  Compacted,
  type Entry,
  FutureRevision,
  type ListOptions,
  type Page,
  type Store,
  type StoreEvent,
  Unavailable,
  type WatchBatch,
  type WriteOptions,
  type Written,
} from '../store.js';
import { Expiry } from './expiry.js';
import { GroupCommit } from './group-commit.js';
import { History } from './history.js';
import type { Change, Journal, Version } from './journal.js';
import { DEFAULT_MAX_BEHIND, type Watcher, Watchers } from './watchers.js';

export interface EngineOptions {
  clock?: Clock;
  /** A watcher that falls so many events behind (further than it started) is ended with SlowWatcher. */
  maxBehind?: number;
}

const BATCH = 1000;
const nothing = new Uint8Array(0);

type Write = { deleted: true } | { deleted: false; value: Uint8Array; ttlSeconds: number | undefined };

export class JournaledStore implements Store {
  readonly #history = new History();
  readonly #watchers: Watchers;
  readonly #clock: Clock;
  readonly #commit: GroupCommit;
  readonly #expiry: Expiry;
  readonly #stop = new AbortController();
  /** The last revision given out; those after `#history.revision` are on their way to the journal. */
  #numbered: number;
  #unavailable: Unavailable | undefined;
  #forgetting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** `what` names the store in errors: 'the store at /var/lib/orrery/store'. */
  constructor(
    private readonly journal: Journal,
    private readonly what: string,
    options: EngineOptions = {},
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#watchers = new Watchers(options.maxBehind ?? DEFAULT_MAX_BEHIND);
    this.#commit = new GroupCommit(
      changes => journal.append(changes),
      changes => this.#publish(changes),
      cause => this.#die(cause),
    );
    this.#expiry = new Expiry(this.#clock, (key, revision) => this.#expire(key, revision));
    this.#load();
    this.#numbered = this.#history.revision;
    void this.#expiry.run(this.#stop.signal);
    void this.#watchers.keepIdle(this.#clock, this.#stop.signal);
  }

  async revision(): Promise<number> {
    return this.currentRevision();
  }

  currentRevision(): number {
    this.#serve();
    return this.#history.revision;
  }

  async compactedRevision(): Promise<number> {
    this.#serve();
    return this.#history.compacted;
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#serve();
    checkKey(key);
    const version = this.#history.at(key, this.#history.revision);
    return version && this.#entry(version);
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Page> {
    this.#serve();
    const revision = options.revision ?? this.#history.revision;
    this.#answerable(revision);
    const limit = options.limit || Number.POSITIVE_INFINITY;
    const entries: Entry[] = [];
    for (const version of this.#history.range(prefix, revision, options.after)) {
      if (entries.length === limit) return { entries, revision, more: true };
      entries.push(this.#entry(version));
    }
    return { entries, revision, more: false };
  }

  create(key: string, value: Uint8Array, options: WriteOptions = {}): Promise<Written> {
    const write = { deleted: false, value, ttlSeconds: options.ttlSeconds } as const;
    return this.#write(key, write, now => now === undefined);
  }

  update(key: string, value: Uint8Array, expected: number, options: WriteOptions = {}): Promise<Written> {
    const write = { deleted: false, value, ttlSeconds: options.ttlSeconds } as const;
    return this.#write(key, write, now => now?.revision === expected);
  }

  delete(key: string, expected?: number): Promise<Written> {
    const accepts = (now: Version | undefined): boolean =>
      now !== undefined && (expected === undefined || now.revision === expected);
    return this.#write(key, { deleted: true }, accepts);
  }

  async *watch(prefix: string, from: number, signal: AbortSignal): AsyncGenerator<WatchBatch> {
    if (signal.aborted) return;
    this.#serve();
    checkRevision(from);
    const watcher = this.#watchers.join(from, this.#history.revision);
    const stop = (): void => watcher.end();
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield* this.#batches(watcher, prefix);
    } finally {
      signal.removeEventListener('abort', stop);
      this.#watchers.leave(watcher);
    }
  }

  async compact(revision: number): Promise<void> {
    this.#serve();
    checkRevision(revision);
    const { compacted, revision: current } = this.#history;
    if (revision <= compacted) throw new Compacted(compacted);
    if (revision > current) throw new FutureRevision(revision, current);
    await this.#forget(revision, this.#history.compact(revision));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#unavailable ??= new Unavailable(`${this.what} is closed`);
    this.#stop.abort();
    this.#watchers.end();
    await this.#commit.idle();
    await this.#forgetting.catch(() => {});
    await this.journal.close();
  }

  async #write(key: string, write: Write, accepts: (now: Version | undefined) => boolean): Promise<Written> {
    this.#serve();
    checkKey(key);
    if (!write.deleted) checkTtl(write.ttlSeconds);
    const pending = this.#commit.pending(key);
    const last: Version | undefined = pending?.change ?? this.#history.latest(key);
    const now = last?.deleted ? undefined : last;
    if (accepts(now)) {
      const revision = ++this.#numbered;
      await this.#commit.add(this.#change(key, revision, now, write));
      return { ok: true, revision };
    }
    const current = now && this.#entry(now, pending?.change.value);
    // The refusal tells of something that is not durable yet: it has to wait, too.
    await pending?.durable;
    return { ok: false, current };
  }

  #change(key: string, revision: number, now: Version | undefined, write: Write): Change {
    const createRevision = now?.createRevision ?? revision;
    if (write.deleted) return { key, revision, createRevision, deleted: true, expiresAt: 0, value: nothing };
    const expiresAt = write.ttlSeconds === undefined ? 0 : this.#clock.now() + write.ttlSeconds * 1000;
    return { key, revision, createRevision, deleted: false, expiresAt, value: write.value };
  }

  #publish(changes: readonly Change[]): void {
    for (const { key, revision, createRevision, deleted, expiresAt } of changes) {
      this.#history.append({ key, revision, createRevision, deleted, expiresAt });
      if (expiresAt > 0) this.#expiry.add({ at: expiresAt, key, revision });
    }
    this.#watchers.grew(this.#history.revision);
  }

  async *#batches(watcher: Watcher, prefix: string): AsyncGenerator<WatchBatch> {
    for (;;) {
      const wakeUp = watcher.wakeUp();
      if (watcher.ended) {
        if (watcher.error) throw watcher.error;
        return;
      }
      if (watcher.position < this.#history.compacted) throw new Compacted(this.#history.compacted);
      const { versions, next } = this.#history.since(prefix, watcher.position, BATCH);
      watcher.position = next;
      if (versions.length > 0) {
        yield { revision: next - 1, events: versions.map(v => this.#event(v)) };
      } else if ((await watcher.wait(wakeUp)) === 'idle' && next <= this.#history.revision + 1) {
        yield { revision: next - 1, events: [] };
      }
    }
  }

  #event(version: Version): StoreEvent {
    const { key, revision, createRevision } = version;
    if (version.deleted) return { type: 'delete', key, revision };
    return { type: 'put', key, value: this.journal.read(revision), revision, createRevision };
  }

  #entry(version: Version, value?: Uint8Array): Entry {
    const { key, revision, createRevision } = version;
    return { key, value: value ?? this.journal.read(revision), revision, createRevision };
  }

  #answerable(revision: number): void {
    checkRevision(revision);
    if (revision < this.#history.compacted) throw new Compacted(this.#history.compacted);
    if (revision > this.#history.revision) throw new FutureRevision(revision, this.#history.revision);
  }

  #load(): void {
    const { compacted, versions } = this.journal.load();
    const leftover = this.#history.restore(compacted, versions);
    for (const version of this.#history.range('', this.#history.revision)) {
      if (version.expiresAt > 0)
        this.#expiry.add({ at: version.expiresAt, key: version.key, revision: version.revision });
    }
    // A failure makes the store unavailable, and every caller is told so.
    if (leftover.length > 0) this.#forget(compacted, leftover).catch(() => {});
  }

  /** One compaction of the journal after the other; the index has forgotten already. */
  #forget(compacted: number, dropped: readonly number[]): Promise<void> {
    this.#forgetting = this.#forgetting
      .then(() => this.journal.compact(compacted, dropped))
      .catch(cause => {
        throw this.#unavailable ?? this.#die(cause);
      });
    return this.#forgetting;
  }

  async #expire(key: string, revision: number): Promise<void> {
    // A store that closes or dies leaves the key; whoever opens it next deletes it.
    await this.delete(key, revision).catch(() => {});
  }

  #serve(): void {
    if (this.#unavailable) throw this.#unavailable;
  }

  #die(cause: unknown): Unavailable {
    const why = cause instanceof Error ? cause.message : String(cause);
    const error = new Unavailable(
      `${this.what} could not be written (${why}) and serves no more: mend the disk, then start again`,
      { cause },
    );
    this.#unavailable = error;
    this.#stop.abort();
    this.#watchers.end(error);
    return error;
  }
}
