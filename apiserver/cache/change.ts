/** One change of one object, as the cache saw it, and what has been encoded of it for watchers. */
import type { CacheEntry } from './entry.js';
import { type Filter, matches } from './filter.js';
import { type EventType, frame, type Representation } from './representation.js';

export class Change {
  #gone: CacheEntry | undefined;
  readonly #frames = new Map<string, Buffer>();
  /** What was asked for last: hundreds of watchers ask for the same, one after the other. */
  #asked: { type: EventType; representation: Representation; line: Buffer } | undefined;

  /** `now` is absent after a deletion, `before` for a new object. */
  constructor(
    readonly revision: number,
    readonly now: CacheEntry | undefined,
    readonly before: CacheEntry | undefined,
  ) {}

  get path(): string {
    return (this.now ?? (this.before as CacheEntry)).path;
  }

  /** What this change is to somebody who sees only what the filter lets through; undefined when it concerns nothing of that. */
  seenAs(filter: Filter): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    const now = this.now !== undefined && matches(filter, this.now);
    const before = this.before !== undefined && matches(filter, this.before);
    if (now) return before ? 'MODIFIED' : 'ADDED';
    return before ? 'DELETED' : undefined;
  }

  /**
   * The line a watcher gets, encoded once for all who ask for the same. A deletion (or an object that stopped to match
   * a selector) shows the last state that was visible, at this change's revision.
   */
  frame(type: EventType, representation: Representation): Buffer {
    const last = this.#asked;
    if (last?.type === type && last.representation === representation) return last.line;
    const key = `${type}/${representation.key}`;
    const line = this.#frames.get(key) ?? frame(representation, type, representation.object(this.shown(type)));
    this.#frames.set(key, line);
    this.#asked = { type, representation, line };
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
    this.#asked = undefined;
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
        const type = change.seenAs(filter);
        return type ? [change.shown(type)] : [];
      }),
    );
  const judged = filter.view?.prepare(changes.flatMap(change => change.states));
  return judged === undefined ? shown() : judged.then(shown);
}
