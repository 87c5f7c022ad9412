/**
 * The store: ordered keys, each write a revision of the whole. This file is the specification; storage/contract
 * tests every sentence of it against every implementation (memory, lmdb, etcd).
 *
 * Revisions. A fresh store is at revision 1. A committed write (create, update, delete) takes the next revision;
 * a write that is refused takes none. Revisions are safe integers.
 *
 * Answers and exceptions. A lost precondition and the deletion of an absent key are answers (`ok: false`, with what
 * is there instead). Exceptions are for what a caller cannot decide upon: Compacted, FutureRevision, Unavailable.
 *
 * Durability. A write is acknowledged, visible to reads and shown to watchers only once it is durable. After a failed
 * commit the store is dead: every later call throws Unavailable, and the owner is expected to stop the process.
 *
 * Boundaries (etcd's). With C the compacted revision and R the current one:
 *   list at r:        r < C is Compacted, C <= r <= R answers, r > R is FutureRevision.
 *   watch from r:     r < C is Compacted; r == C answers, including a deletion made at exactly C;
 *                     r == R + 1 starts with what comes next; r > R + 1 waits silently until R reaches r (etcd does so).
 *   compact(r):       r <= C is Compacted, r > R is FutureRevision; after it C is r.
 *
 * etcd before 3.4.31 and 3.5.13 forgets a deletion at exactly C: over it, a watch that would come upon one throws Compacted.
 *
 * Arguments. Keys are not empty and are well-formed Unicode, times to live are positive, and revisions to list at, watch
 * from or compact at are whole numbers from 1 up: anything else is a RangeError. A value that is given belongs to the store
 * from then on: like one that is handed out, it is shared, and nobody changes it. (A copy of each cost a writer more
 * than its key did, and hid from readers in this process that they were told what they had just written.)
 *
 * Watches are ordered (revisions only rise), unique (no event twice), atomic (the events of one revision arrive in one
 * batch), reliable (none is left out between the start and the end), resumable (a watch from the last seen revision + 1
 * continues without gap) and bookmarkable (a progress batch at r promises that all up to r has been delivered).
 * A watcher that falls too far behind is ended with SlowWatcher; it never misses an event silently.
 */

export interface Entry {
  key: string;
  value: Uint8Array;
  /** The revision that last wrote this key. */
  revision: number;
  /** The revision that created it. */
  createRevision: number;
}

export interface ListOptions {
  /** Answer as of this revision; absent is the current one. */
  revision?: number;
  /** At most so many entries; absent or 0 is all. */
  limit?: number;
  /** Only keys after this one (exclusive): the last key of the page before. */
  after?: string;
}

export interface Page {
  entries: Entry[];
  /** The revision this answer is true at. */
  revision: number;
  /** Whether entries follow this page. How many is not said: to count them would cost more than the page does. */
  more: boolean;
}

export interface WriteOptions {
  /** Seconds after which the key is deleted, by a revision of its own. An update without it makes the key permanent. */
  ttlSeconds?: number;
}

export type Written = { ok: true; revision: number } | { ok: false; current: Entry | undefined };

export type StoreEvent =
  | { type: 'put'; key: string; value: Uint8Array; revision: number; createRevision: number }
  | { type: 'delete'; key: string; revision: number };

export interface WatchBatch {
  /** All up to this revision has been delivered once this batch is. */
  revision: number;
  /** The events of whole revisions, in order; empty in a progress batch. */
  events: StoreEvent[];
}

export interface Store {
  /** The current revision. */
  revision(): Promise<number>;
  /** The same without asking anybody, in a store that only this process writes to; absent in others. */
  currentRevision?(): number;
  /** The revision below which history is gone; 0 when nothing was compacted. */
  compactedRevision(): Promise<number>;
  get(key: string): Promise<Entry | undefined>;
  /** Keys that start with `prefix`, in the order of their bytes. */
  list(prefix: string, options?: ListOptions): Promise<Page>;
  /** Refused (with the current entry) when the key exists. */
  create(key: string, value: Uint8Array, options?: WriteOptions): Promise<Written>;
  /** Refused when the key's revision is not `expected`, or the key is absent. */
  update(key: string, value: Uint8Array, expected: number, options?: WriteOptions): Promise<Written>;
  /** Refused when the key is absent, or `expected` is given and is not its revision. */
  delete(key: string, expected?: number): Promise<Written>;
  /**
   * Batches of events of keys with the prefix, from revision `from` (inclusive) on. Ends without error when the signal
   * aborts or the store closes; throws Compacted, SlowWatcher or Unavailable. The first step of the iterator
   * registers the watch: nothing written after that is missed. Progress batches come about once a second while idle.
   */
  watch(prefix: string, from: number, signal: AbortSignal): AsyncIterable<WatchBatch>;
  compact(revision: number): Promise<void>;
  /** Ends watches and releases files and connections. Acknowledged writes are already durable. */
  close(): Promise<void>;
}

/** The asked revision's history is gone: 410 Gone. `compacted` is the oldest revision that still answers. */
export class Compacted extends Error {
  constructor(readonly compacted: number) {
    super(`the requested revision has been compacted; the oldest available is ${compacted}`);
    this.name = 'Compacted';
  }
}

/** The asked revision has not happened yet. */
export class FutureRevision extends Error {
  constructor(
    readonly asked: number,
    readonly current: number,
  ) {
    super(`revision ${asked} is in the future; the current one is ${current}`);
    this.name = 'FutureRevision';
  }
}

/** This watcher did not keep up and was ended; it may list and watch again. */
export class SlowWatcher extends Error {
  constructor(readonly behind: number) {
    super(`the watcher was ${behind} events behind and has been ended`);
    this.name = 'SlowWatcher';
  }
}

/** The store cannot serve: disk failed, connection lost, closed. */
export class Unavailable extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'Unavailable';
  }
}
