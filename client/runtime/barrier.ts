/**
 * The write barrier: a key is not worked on until the cache shows what was written for it last. Without it, a controller
 * that has just created a pod, and is asked again before its cache has heard of it, creates another. Pure.
 */
import type { KubeObject } from '../../api/types.js';
import { isAtLeast } from '../informer/revision.js';

/** What the barrier asks of an informer. */
export interface Seen {
  /** All up to here is in the cache. */
  readonly resourceVersion: string;
  readonly cache: { get(key: string): KubeObject | undefined };
}

/** One write, and whether the cache shows it. */
type Expectation =
  | { kind: 'written'; informer: Seen; object: string; resourceVersion: string }
  | { kind: 'deleted'; informer: Seen; object: string; uid: string };

/**
 * After so long the key's turn comes regardless. Only a write that its own informer can never show (a source with a selector
 * that the object does not match) waits that long.
 */
export const barrierTimeoutMs = 30_000;

export class WriteBarrier {
  readonly #expected = new Map<string, { writes: Expectation[]; since: number }>();

  /** `object` is its cache key. */
  wrote(key: string, informer: Seen, object: string, resourceVersion: string, now: number): void {
    this.#expect(key, { kind: 'written', informer, object, resourceVersion }, now);
  }

  deleted(key: string, informer: Seen, object: string, uid: string, now: number): void {
    this.#expect(key, { kind: 'deleted', informer, object, uid }, now);
  }

  /** Zero when the cache shows all of the key's writes; else the milliseconds after which waiting for them ends. */
  remaining(key: string, now: number): number {
    const expected = this.#expected.get(key);
    if (!expected) return 0;
    expected.writes = expected.writes.filter(write => !isShown(write));
    const left = expected.since + barrierTimeoutMs - now;
    if (expected.writes.length > 0 && left > 0) return left;
    this.#expected.delete(key);
    return 0;
  }

  #expect(key: string, write: Expectation, now: number): void {
    if (isShown(write)) return;
    const expected = this.#expected.get(key);
    if (expected) {
      expected.writes.push(write);
      expected.since = now;
    } else this.#expected.set(key, { writes: [write], since: now });
  }
}

function isShown(write: Expectation): boolean {
  const held = write.informer.cache.get(write.object);
  if (write.kind === 'deleted') {
    return held === undefined || held.metadata.uid !== write.uid || held.metadata.deletionTimestamp !== undefined;
  }
  return (
    isAtLeast(write.informer.resourceVersion, write.resourceVersion) ||
    isAtLeast(held?.metadata.resourceVersion ?? '', write.resourceVersion)
  );
}
