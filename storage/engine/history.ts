/**
 * Which key had which version at which revision: the multi-version index. It is pure and synchronous, and knows
 * nothing of values, disks or time.
 */
import type { Version } from './journal.js';
import { compareKeys, lowerBound, SortedKeys } from './order.js';

export class History {
  /** The current revision; a fresh store is at 1. */
  revision = 1;
  /** History below this is gone; 0 when nothing was compacted. */
  compacted = 0;
  readonly #keys = new SortedKeys();
  /** The kept versions of each key, oldest first. */
  readonly #versions = new Map<string, Version[]>();
  /** The versions from the compacted revision on, in order: what a watcher reads. */
  #log: Version[] = [];

  append(version: Version): void {
    if (!this.#versions.has(version.key)) this.#keys.add(version.key);
    this.#log.push(this.#keep(version));
    this.revision = version.revision;
  }

  /** Fills a fresh history with what a journal kept. Answers the revisions that a compaction should have removed. */
  restore(compacted: number, versions: Iterable<Version>): number[] {
    for (const version of versions) {
      const kept = this.#keep(version);
      if (version.revision < compacted) continue;
      this.#log.push(kept);
      this.revision = version.revision;
    }
    // Sorted once: to add each of many keys to those before it takes far longer.
    this.#keys.fill([...this.#versions.keys()]);
    this.compacted = compacted;
    return [...this.#versions.keys()].flatMap(key => this.#prune(key));
  }

  /** The last version of a key, which may be its deletion. */
  latest(key: string): Version | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  /** The version that was there at a revision. */
  at(key: string, revision: number): Version | undefined {
    const versions = this.#versions.get(key);
    if (versions === undefined) return undefined;
    const last = versions.at(-1);
    // Most ask for the present.
    const found =
      last && last.revision <= revision ? last : versions[lowerBound(versions, v => v.revision > revision) - 1];
    return found === undefined || found.deleted ? undefined : found;
  }

  /** The versions at a revision of the keys with the prefix, in the order of keys, after a key (exclusive) where one is given. */
  *range(prefix: string, revision: number, after?: string): Generator<Version> {
    // NUL is the least character: no key lies between `after` and `after` with it.
    const start = after !== undefined && compareKeys(after, prefix) >= 0 ? `${after}\0` : prefix;
    for (const key of this.#keys.from(start)) {
      if (!key.startsWith(prefix)) return;
      const version = this.at(key, revision);
      if (version !== undefined) yield version;
    }
  }

  /** At most `limit` versions of keys with the prefix from revision `from` on, and the revision to go on from. */
  since(prefix: string, from: number, limit: number): { versions: Version[]; next: number } {
    const versions: Version[] = [];
    for (let i = lowerBound(this.#log, v => v.revision >= from); i < this.#log.length; i++) {
      const version = this.#log[i] as Version;
      if (!version.key.startsWith(prefix)) continue;
      if (versions.length === limit) return { versions, next: version.revision };
      versions.push(version);
    }
    return { versions, next: Math.max(from, this.revision + 1) };
  }

  /** Forgets what neither a read nor a watch from `revision` on can ask for. Answers the dropped revisions. */
  compact(revision: number): number[] {
    // Only keys written since the last compaction can have anything to drop.
    const end = lowerBound(this.#log, v => v.revision > revision);
    const touched = new Set(this.#log.slice(0, end).map(v => v.key));
    this.compacted = revision;
    this.#log = this.#log.slice(lowerBound(this.#log, v => v.revision >= revision));
    return [...touched].flatMap(key => this.#prune(key));
  }

  /** The versions of a key share one string: each write brings a new one, and history is long. */
  #keep(version: Version): Version {
    const versions = this.#versions.get(version.key);
    const first = versions?.[0];
    if (versions === undefined || first === undefined) {
      this.#versions.set(version.key, [version]);
      return version;
    }
    const kept = { ...version, key: first.key };
    versions.push(kept);
    return kept;
  }

  #prune(key: string): number[] {
    const versions = this.#versions.get(key) ?? [];
    const dropped = versions.splice(0, this.#firstNeeded(versions)).map(v => v.revision);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.#keys.delete(key);
    }
    return dropped;
  }

  #firstNeeded(versions: readonly Version[]): number {
    if (versions.length === 1 && versions[0]?.deleted === false) return 0;
    const base = lowerBound(versions, v => v.revision > this.compacted) - 1;
    const version = versions[base];
    if (version === undefined) return 0;
    // A watch may start at exactly the compacted revision, and then it is told of a deletion there.
    return version.deleted && version.revision < this.compacted ? base + 1 : base;
  }
}
