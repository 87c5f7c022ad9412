/**
 * The open lmdb file. lmdb reads through a map of all of it, and what was once looked at counts as this process's memory
 * for as long as the map is there: in time, all that is and ever was stored. So the file is closed and opened again now and
 * then, which takes two milliseconds and leaves its pages to the operating system, who knows best which to keep.
 */
import type { Database, DatabaseOptions, open, RootDatabase } from 'lmdb';

/** So many bytes of records may be read or written through one map. */
const MAPPED_BYTES = 8 * 1024 * 1024;

export interface Databases {
  root: RootDatabase<Buffer, number>;
  revisions: Database<Buffer, number>;
  /** 'format', 'compacted' and 'owner'. */
  meta: Database<unknown, string>;
}

const asIs = (value: Buffer): Buffer => value;

export class Environment {
  #databases: Databases | undefined;
  #commits = 0;
  #touched = 0;
  #closed = false;

  /** `openDatabase` is lmdb's own `open`: the library is loaded by whoever opens a store. Throws when it cannot be opened. */
  constructor(
    private readonly path: string,
    private readonly openDatabase: typeof open,
    private readonly mappedBytes = MAPPED_BYTES,
  ) {
    this.#databases = this.#open();
  }

  /** Open whenever somebody asks: a read that comes while the file is being closed opens it once more beside. */
  get databases(): Databases {
    if (this.#closed) throw new Error(`${this.path} is closed`);
    this.#databases ??= this.#open();
    return this.#databases;
  }

  /** All revisions in their order. A value is only lent: the next one is read to the same place, and none is copied. */
  rows(): Iterable<{ key: number; value: Buffer }> {
    // lmdb's typings do not know of `encoder`; its manual does.
    const options = { name: 'revisions', encoder: { encode: asIs, decode: asIs } } as DatabaseOptions & {
      name: string;
    };
    return this.databases.root.openDB<Buffer, number>(options).getRange({});
  }

  /** So many bytes were read or written. */
  touched(bytes: number): void {
    this.#touched += bytes;
  }

  /** Resolves once what `writes` put is on the disk. */
  async commit(writes: (databases: Databases) => void): Promise<void> {
    const { databases } = this;
    this.#commits++;
    try {
      await databases.root.batch(() => writes(databases));
    } catch (error) {
      // lmdb hands the reason out as a promise of its own, which would end the process if nobody looked at it.
      (error as { commitError?: Promise<unknown> }).commitError?.catch(() => {});
      throw error;
    } finally {
      this.#commits--;
    }
    if (this.#touched > this.mappedBytes && this.#commits === 0) await this.#mapAnew();
  }

  async close(): Promise<void> {
    const { root } = this.databases;
    this.#closed = true;
    await root.close();
  }

  async #mapAnew(): Promise<void> {
    const { root } = this.databases;
    this.#touched = 0;
    this.#databases = undefined;
    await root.close();
  }

  #open(): Databases {
    const root = this.openDatabase<Buffer, number>({
      path: this.path,
      // Acknowledges a commit after its fdatasync, and not before.
      overlappingSync: false,
      encoding: 'binary',
      noSubdir: false,
    });
    return {
      root,
      revisions: root.openDB<Buffer, number>({ name: 'revisions', encoding: 'binary' }),
      meta: root.openDB<unknown, string>({ name: 'meta', encoding: 'json' }),
    };
  }
}
