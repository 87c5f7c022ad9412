/** The embedded store, and the default: one directory, one process. */
import { mkdirSync } from 'node:fs';
import type { open as openDatabase } from 'lmdb';
import { type EngineOptions, JournaledStore } from '../engine/journaled-store.js';
import { type Store, Unavailable } from '../store.js';
import { LmdbJournal } from './journal.js';

export interface LmdbOptions extends EngineOptions {
  /** A directory; it is made when it is not there. */
  path: string;
  /** After so many bytes read and written the file is mapped anew; 8 MB unless a test says otherwise. */
  mappedBytes?: number;
}

/** Throws Unavailable when another process has the store open, the directory cannot be used, or what is in it is damaged. */
export async function openLmdbStore(options: LmdbOptions): Promise<Store> {
  const { path } = options;
  const { open } = await import('lmdb');
  const journal = openJournal(options, open);
  try {
    return new JournaledStore(journal, `the store at ${path}`, options);
  } catch (error) {
    await journal.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new Unavailable(`the store at ${path} cannot be read (${why}): restore it from a backup`, { cause: error });
  }
}

function openJournal({ path, mappedBytes }: LmdbOptions, open: typeof openDatabase): LmdbJournal {
  try {
    // Secrets lie in it: nobody else may read it.
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return new LmdbJournal(path, open, mappedBytes);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Unavailable(
      `cannot open the store at ${path} (${why}): check that it is a directory that you may write`,
      {
        cause: error,
      },
    );
  }
}
