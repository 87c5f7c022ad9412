/**
 * The journal in lmdb: revisions as rows in the order they were written, so that every commit appends to the same few
 * pages of the B+tree.
 */
import type { open } from 'lmdb';
import type { Change, Journal, Version } from '../engine/journal.js';
import { Unavailable } from '../store.js';
import { Environment } from './environment.js';
import { isAlive, type Owner, thisProcess } from './owner.js';
import { RecentValues } from './recent-values.js';
import { decodeValue, decodeVersion, encodeRecord, RECORD_FORMAT } from './record.js';

/** Little: what is dropped while it is young costs the collector nothing. */
const RECENT_BYTES = 512 * 1024;
/** So many rows are removed in one commit, so that a compaction does not hold up writes. */
const REMOVED_AT_ONCE = 1000;
/** What a removal looks at, at least. */
const PAGE_BYTES = 4096;

export class LmdbJournal implements Journal {
  readonly #environment: Environment;
  readonly #recent = new RecentValues(RECENT_BYTES);

  /** `openDatabase` is lmdb's own `open`: the library is loaded by whoever opens a store. */
  constructor(path: string, openDatabase: typeof open, mappedBytes?: number) {
    this.#environment = new Environment(path, openDatabase, mappedBytes);
    const refused = this.#own(path);
    if (refused === undefined) return;
    // Nothing was written, so that nothing can be lost by not waiting for it.
    this.#environment.close().catch(() => {});
    throw new Unavailable(refused);
  }

  load(): { compacted: number; versions: Iterable<Version> } {
    const compacted = (this.#environment.databases.meta.get('compacted') as number | undefined) ?? 0;
    return { compacted, versions: this.#versions() };
  }

  *#versions(): Iterable<Version> {
    for (const { key, value } of this.#environment.rows()) {
      this.#environment.touched(value.length);
      yield decodeVersion(key, value);
    }
  }

  async append(changes: readonly Change[]): Promise<void> {
    await this.#environment.commit(({ revisions }) => {
      for (const change of changes) {
        const record = encodeRecord(change);
        this.#environment.touched(record.length);
        void revisions.put(change.revision, record);
      }
    });
    for (const { revision, value } of changes) this.#recent.add(revision, value);
  }

  read(revision: number): Uint8Array {
    const recent = this.#recent.get(revision);
    if (recent !== undefined) return recent;
    // Lent until the next read, hence the copy: lmdb's own takes memory from the system for each.
    const record = this.#environment.databases.revisions.getBinaryFast(revision);
    if (record === undefined) throw new Error(`the lmdb journal has no revision ${revision}`);
    this.#environment.touched(record.length);
    return Buffer.from(decodeValue(record));
  }

  async compact(revision: number, dropped: readonly number[]): Promise<void> {
    await this.#environment.commit(({ meta }) => {
      void meta.put('compacted', revision);
    });
    for (let i = 0; i < dropped.length; i += REMOVED_AT_ONCE) {
      await this.#environment.commit(({ revisions }) => {
        for (const old of dropped.slice(i, i + REMOVED_AT_ONCE)) {
          this.#environment.touched(PAGE_BYTES);
          void revisions.remove(old);
        }
      });
    }
  }

  async close(): Promise<void> {
    // A disk that failed may fail here as well; the record of a dead process is taken over anyway.
    await this.#environment
      .commit(({ meta }) => {
        void meta.remove('owner');
      })
      .catch(() => {});
    await this.#environment.close();
  }

  /** Takes the store for this process; answers why not. Braces and putSync: a promise would keep the transaction open. */
  #own(path: string): string | undefined {
    const { root, meta } = this.#environment.databases;
    return root.transactionSync(() => {
      const format = meta.get('format') ?? RECORD_FORMAT;
      if (format !== RECORD_FORMAT) {
        return `the store at ${path} has format ${format}, and this version of Orrery reads ${RECORD_FORMAT}: start the version that wrote it`;
      }
      const owner = meta.get('owner') as Owner | undefined;
      if (owner !== undefined && isAlive(owner)) {
        return `the store at ${path} is in use by process ${owner.pid}: stop that one first, or use another data directory`;
      }
      meta.putSync('format', RECORD_FORMAT);
      meta.putSync('owner', thisProcess());
      return undefined;
    });
  }
}
