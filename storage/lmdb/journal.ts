/**
 * The journal in lmdb: revisions as rows in the order they were written, so that every commit appends to the same few
 * pages of the B+tree. `overlappingSync: false` makes lmdb acknowledge a commit after its fdatasync, and not before.
 */
import type { Database, open, RootDatabase } from 'lmdb';
import type { Change, Journal, Version } from '../engine/journal.js';
import { Unavailable } from '../store.js';
import { isAlive, type Owner, thisProcess } from './owner.js';
import { RecentValues } from './recent-values.js';
import { decodeValue, decodeVersion, encodeRecord, RECORD_FORMAT } from './record.js';

const RECENT_BYTES = 4 * 1024 * 1024;
/** So many rows are removed in one commit, so that a compaction does not hold up writes. */
const REMOVED_AT_ONCE = 1000;

export class LmdbJournal implements Journal {
  readonly #root: RootDatabase<Buffer, number>;
  readonly #revisions: Database<Buffer, number>;
  /** 'format', 'compacted' and 'owner'. */
  readonly #meta: Database<unknown, string>;
  readonly #recent = new RecentValues(RECENT_BYTES);

  /** `openDatabase` is lmdb's own `open`: the library is loaded by whoever opens a store. */
  constructor(path: string, openDatabase: typeof open) {
    this.#root = openDatabase<Buffer, number>({ path, overlappingSync: false, encoding: 'binary', noSubdir: false });
    this.#revisions = this.#root.openDB<Buffer, number>({ name: 'revisions', encoding: 'binary' });
    this.#meta = this.#root.openDB<unknown, string>({ name: 'meta', encoding: 'json' });
    const refused = this.#own(path);
    if (refused === undefined) return;
    // Nothing was written, so that nothing can be lost by not waiting for it.
    this.#root.close().catch(() => {});
    throw new Unavailable(refused);
  }

  load(): { compacted: number; versions: Iterable<Version> } {
    const compacted = (this.#meta.get('compacted') as number | undefined) ?? 0;
    const versions = this.#revisions.getRange({}).map(({ key, value }) => decodeVersion(key, value));
    return { compacted, versions };
  }

  async append(changes: readonly Change[]): Promise<void> {
    await this.#commit(() => {
      for (const change of changes) void this.#revisions.put(change.revision, encodeRecord(change));
    });
    for (const { revision, value } of changes) this.#recent.add(revision, value);
  }

  read(revision: number): Uint8Array {
    const recent = this.#recent.get(revision);
    if (recent !== undefined) return recent;
    const record = this.#revisions.getBinary(revision);
    if (record === undefined) throw new Error(`the lmdb journal has no revision ${revision}`);
    return decodeValue(record);
  }

  async compact(revision: number, dropped: readonly number[]): Promise<void> {
    await this.#commit(() => {
      void this.#meta.put('compacted', revision);
    });
    for (let i = 0; i < dropped.length; i += REMOVED_AT_ONCE) {
      await this.#commit(() => {
        for (const old of dropped.slice(i, i + REMOVED_AT_ONCE)) void this.#revisions.remove(old);
      });
    }
  }

  async close(): Promise<void> {
    // A disk that failed may fail here as well; the record of a dead process is taken over anyway.
    await this.#commit(() => {
      void this.#meta.remove('owner');
    }).catch(() => {});
    await this.#root.close();
  }

  /** Resolves once what `writes` put is on the disk. */
  async #commit(writes: () => void): Promise<void> {
    try {
      await this.#root.batch(writes);
    } catch (error) {
      // lmdb hands the reason out as a promise of its own, which would end the process if nobody looked at it.
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
      throw error;
    }
  }

  /** Takes the store for this process; answers why not. Braces and putSync: a promise would keep the transaction open. */
  #own(path: string): string | undefined {
    return this.#root.transactionSync(() => {
      const format = this.#meta.get('format') ?? RECORD_FORMAT;
      if (format !== RECORD_FORMAT) {
        return `the store at ${path} has format ${format}, and this version of Orrery reads ${RECORD_FORMAT}: start the version that wrote it`;
      }
      const owner = this.#meta.get('owner') as Owner | undefined;
      if (owner !== undefined && isAlive(owner)) {
        return `the store at ${path} is in use by process ${owner.pid}: stop that one first, or use another data directory`;
      }
      this.#meta.putSync('format', RECORD_FORMAT);
      this.#meta.putSync('owner', thisProcess());
      return undefined;
    });
  }
}
