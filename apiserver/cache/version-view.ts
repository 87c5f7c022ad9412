/**
 * Stored objects in the version of a row that does not store them. Each is converted when it is first asked for, and
 * the result kept for as long as the stored entry lives: nobody else pays for it.
 */
import type { Conversion } from '../../api/kinds/conversion.js';
import { apiVersionOf, type KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import { encodeStored, withApiVersion, withRevision } from './encoded.js';
import { CacheEntry } from './entry.js';
import type { Representation } from './representation.js';

const views = new WeakMap<KindRow, VersionView>();
let count = 0;

/** Undefined for a row whose objects are stored as it shows them. */
export function viewOf(row: KindRow): VersionView | undefined {
  if (!row.conversion) return undefined;
  let view = views.get(row);
  if (!view) {
    view = new VersionView(apiVersionOf(row), row.conversion);
    views.set(row, view);
  }
  return view;
}

export class VersionView {
  /** Unlike that of any other view, also of one that the same kind had before its definition changed. */
  readonly id = ++count;
  readonly #made = new WeakMap<CacheEntry, CacheEntry>();
  /** Entries that this view has made: they are what they should be. */
  readonly #shown = new WeakSet<CacheEntry>();
  readonly #underWay = new WeakMap<CacheEntry, Promise<void>>();

  constructor(
    private readonly apiVersion: string,
    private readonly conversion: Conversion,
  ) {}

  /** The entry in this version. Throws a TypeError where a webhook must be asked and `prepare` was not awaited. */
  readonly of = (entry: CacheEntry): CacheEntry => {
    const found = this.#find(entry);
    if (found) return found;
    const converted = this.conversion.fromStorage([entry.object]);
    if (converted instanceof Promise) throw new TypeError(`${entry.path} was not prepared to be shown`);
    return this.#keep(entry, converted[0] as AnyObject);
  };

  /** Resolves once all entries can be shown; undefined when they can. Rejects with what the conversion says. */
  prepare(entries: readonly CacheEntry[]): Promise<void> | undefined {
    const missing = entries.filter(entry => !this.#find(entry));
    if (missing.length === 0) return undefined;
    const waited = new Set(missing.flatMap(entry => this.#underWay.get(entry) ?? []));
    const own = this.#convert(missing.filter(entry => !this.#underWay.has(entry)));
    if (own !== undefined) waited.add(own);
    return waited.size === 0 ? undefined : Promise.all(waited).then(() => undefined);
  }

  /** The entry in this version, whatever that takes. */
  async show(entry: CacheEntry): Promise<CacheEntry> {
    await this.prepare([entry]);
    return this.of(entry);
  }

  #find(entry: CacheEntry): CacheEntry | undefined {
    if (this.#shown.has(entry)) return entry;
    if (entry.apiVersion === this.apiVersion && !this.conversion.completes) return entry;
    const found = this.#made.get(entry);
    if (found || !this.conversion.sameShape) return found;
    const { path, revision } = entry;
    const spliced = new CacheEntry(path, withApiVersion(entry.bytes, this.apiVersion), revision);
    this.#made.set(entry, spliced);
    return spliced;
  }

  #convert(entries: readonly CacheEntry[]): Promise<void> | undefined {
    if (entries.length === 0) return undefined;
    const keep = (objects: readonly AnyObject[]): void =>
      entries.forEach((entry, index) => {
        this.#keep(entry, objects[index] as AnyObject);
      });
    const converted = this.conversion.fromStorage(entries.map(entry => entry.object));
    if (!(converted instanceof Promise)) {
      keep(converted);
      return undefined;
    }
    const done = converted.then(keep).finally(() => {
      for (const entry of entries) this.#underWay.delete(entry);
    });
    for (const entry of entries) this.#underWay.set(entry, done);
    return done;
  }

  /** Entries of revision 0 were never stored (dry runs): they have no version. */
  #keep(entry: CacheEntry, object: AnyObject): CacheEntry {
    const made = object === entry.object ? entry : this.#entryOf(entry, object);
    this.#shown.add(made);
    this.#made.set(entry, made);
    return made;
  }

  #entryOf({ path, revision }: CacheEntry, object: AnyObject): CacheEntry {
    const value = encodeStored(object);
    return revision === 0
      ? new CacheEntry(path, value, 0)
      : new CacheEntry(path, withRevision(value, revision), revision, object);
  }
}

/** The representation of the same objects in the view's version. */
export function versioned(base: Representation, view: VersionView): Representation {
  // What is made beforehand would be of the entries as they are stored.
  const { prepareList: _, ...rest } = base;
  return {
    ...rest,
    key: `${view.id}/${base.key}`,
    object: entry => base.object(view.of(entry)),
    list: (entries, meta) => base.list(entries.map(view.of), meta),
    prepare: entries => view.prepare(entries),
    ...(base.following ? { following: versioned(base.following, view) } : {}),
  };
}
