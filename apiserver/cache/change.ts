/** One change of one object, as the cache saw it, and what has been encoded of it for watchers. */
import type { CacheEntry } from './entry.js';
import { type EventType, frame, type Representation } from './representation.js';

export class Change {
  #gone: CacheEntry | undefined;
  readonly #frames = new Map<string, Buffer>();

  /** `now` is absent after a deletion, `before` for a new object. */
  constructor(
    readonly revision: number,
    readonly now: CacheEntry | undefined,
    readonly before: CacheEntry | undefined,
  ) {}

  get path(): string {
    return (this.now ?? (this.before as CacheEntry)).path;
  }

  /** What this change is to somebody who sees only what matches; undefined when it concerns nothing of that. */
  seenAs(matches: (entry: CacheEntry) => boolean): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    const now = this.now !== undefined && matches(this.now);
    const before = this.before !== undefined && matches(this.before);
    if (now) return before ? 'MODIFIED' : 'ADDED';
    return before ? 'DELETED' : undefined;
  }

  /**
   * The line a watcher gets, encoded once for all who ask for the same. A deletion (or an object that stopped to match
   * a selector) shows the last state that was visible, at this change's revision.
   */
  frame(type: EventType, representation: Representation): Buffer {
    const key = `${type}/${representation.key}`;
    let line = this.#frames.get(key);
    if (!line) {
      line = frame(type, representation.object(type === 'DELETED' ? this.#last() : (this.now as CacheEntry)));
      this.#frames.set(key, line);
    }
    return line;
  }

  /** Gives back what was encoded: those who watch have long been told. */
  forgetFrames(): void {
    this.#frames.clear();
  }

  #last(): CacheEntry {
    this.#gone ??= (this.before as CacheEntry).deletedAt(this.revision);
    return this.#gone;
  }
}
