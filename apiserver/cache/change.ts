/** One change of one object, as the cache saw it, and what has been encoded of it for watchers. */
import type { CacheEntry } from './entry.js';
import { type Filter, matches } from './filter.js';
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
      line = frame(representation, type, representation.object(this.shown(type)));
      this.#frames.set(key, line);
    }
    return line;
  }

  /** The entry that an event of this type is about. */
  shown(type: EventType): CacheEntry {
    return type === 'DELETED' ? this.#last() : (this.now as CacheEntry);
  }

  /** The state after the change, and the one before. */
  get states(): CacheEntry[] {
    return [this.now, this.before].filter(entry => entry !== undefined);
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

/** Resolves once all of these can be judged and shown; undefined when they can. */
export function prepareChanges(
  changes: readonly Change[],
  filter: Filter,
  representation: Representation,
): Promise<void> | undefined {
  if (!representation.prepare) return undefined;
  const shown = (): Promise<void> | undefined =>
    representation.prepare?.(
      changes.flatMap(change => {
        const type = change.seenAs(entry => matches(filter, entry));
        return type ? [change.shown(type)] : [];
      }),
    );
  const judged = filter.view?.prepare(changes.flatMap(change => change.states));
  return judged === undefined ? shown() : judged.then(shown);
}
