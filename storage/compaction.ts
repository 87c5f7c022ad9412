/** History is kept for some minutes, so that a watch can resume; then it is compacted, or it would grow for ever. */
import type { Clock } from '../api/clock.js';
import { Compacted, type Store } from './store.js';

export interface CompactionOptions {
  clock: Clock;
  /** Ends it. */
  signal: AbortSignal;
  /** Kubernetes' --etcd-compaction-interval; 5 minutes by default. What is younger is kept. */
  intervalMs?: number;
  /** Told when a compaction failed; the next one is tried all the same. */
  failed(error: unknown): void;
}

const FIVE_MINUTES = 300_000;

/** Each interval, compacts the store at the revision that was current an interval ago. Resolves when the signal aborts. */
export async function keepCompacting(store: Store, options: CompactionOptions): Promise<void> {
  const { clock, signal, intervalMs = FIVE_MINUTES, failed } = options;
  let old: number | undefined;
  while (!signal.aborted) {
    try {
      const current = await store.revision();
      if (old !== undefined) await compactTo(store, old);
      old = current;
    } catch (error) {
      failed(error);
    }
    await clock.sleep(intervalMs, signal);
  }
}

async function compactTo(store: Store, revision: number): Promise<void> {
  try {
    await store.compact(revision);
  } catch (error) {
    // Nothing was written since, or another API server on the same etcd was here first.
    if (!(error instanceof Compacted)) throw error;
  }
}
