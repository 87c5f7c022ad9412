/**
 * How objects get into the store. A change starts from what the cache holds, without a read of the store; when that
 * turns out to be stale (the store refuses, or the cached state leads to an error) it is decided again on the store's
 * own, so that no error is ever caused by a lagging cache.
 */
import { deepEqual } from '../../api/json.js';
import type { KindRow } from '../../api/kinds/row.js';
import { alreadyExists, notFound, StatusError, staleWrite, statusError } from '../../api/status.js';
import type { AnyObject } from '../../api/types.js';
import type { Entry, WriteOptions } from '../../storage/store.js';
import { encodeStored, withRevision } from '../cache/encoded.js';
import { CacheEntry } from '../cache/entry.js';
import { viewOf } from '../cache/version-view.js';
import { type Environment, named } from './call.js';

export type Decision =
  | { kind: 'write'; object: AnyObject }
  | { kind: 'remove' }
  /** Nothing changes; the current object is the answer. */
  | { kind: 'keep' };

export interface Outcome {
  /** As it is now, in the version of the place's row; after a removal, as it was last. */
  entry: CacheEntry;
  removed: boolean;
  /** Absent when nothing was written. */
  revision?: number;
}

export interface Place {
  row: KindRow;
  namespace: string;
  name: string;
  dryRun: boolean;
}

/** Writers of one object that meet again and again are told to try later. */
const maxAttempts = 16;

/** Throws AlreadyExists. The object then belongs to the cache. */
export async function insert(env: Environment, place: Place, object: AnyObject): Promise<Outcome> {
  const { row, namespace, name } = place;
  const path = pathOf(place);
  const stored = row.conversion ? await row.conversion.toStorage(object) : object;
  const value = encodeStored(stored);
  const resource = env.cache.resource(row);
  if (place.dryRun) {
    const found = resource.get(path);
    if (found) throw taken(row, name, found.object);
    return { entry: await inVersion(row, new CacheEntry(path, value, 0)), removed: false };
  }
  env.cache.handOver(value, stored);
  const written = await env.store.create(env.cache.keyOf(row, namespace, name), value, lifetime(row));
  if (!written.ok) throw taken(row, name, written.current && entryOf(path, written.current).object);
  const { revision } = written;
  const entry = new CacheEntry(path, withRevision(value, revision), revision);
  return { entry: await inVersion(row, entry), removed: false, revision };
}

/** A stored entry in the version of the row that is asked. */
const inVersion = (row: KindRow, entry: CacheEntry): CacheEntry | Promise<CacheEntry> =>
  viewOf(row)?.show(entry) ?? entry;

/**
 * Changes one object. `decide` is called with the current state, in the version of the place's row, and again whenever that turned out to be stale; it
 * throws to refuse. Throws NotFound; Conflict when the object changes faster than it can be decided upon.
 */
export async function change(
  env: Environment,
  place: Place,
  decide: (current: CacheEntry) => Decision | Promise<Decision>,
): Promise<Outcome> {
  let current = env.cache.resource(place.row).get(pathOf(place));
  let certain = false;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (!current) {
      if (certain) throw notFound(named(place.row, place.name));
      current = await stored(env, place);
      certain = true;
      continue;
    }
    const decision = await decideOr(decide, await inVersion(place.row, current), certain);
    if (!decision) {
      const actual = await stored(env, place);
      certain = true;
      current = actual?.revision === current.revision ? current : actual;
      continue;
    }
    const outcome = await carryOut(env, place, current, decision);
    if (outcome.done) return { ...outcome.done, entry: await inVersion(place.row, outcome.done.entry) };
    current = outcome.current;
    certain = true;
  }
  throw staleWrite(named(place.row, place.name));
}

/** Undefined when a state that may be stale led to an error. */
async function decideOr(
  decide: (current: CacheEntry) => Decision | Promise<Decision>,
  current: CacheEntry,
  certain: boolean,
): Promise<Decision | undefined> {
  try {
    return await decide(current);
  } catch (error) {
    if (certain || !(error instanceof StatusError)) throw error;
    return undefined;
  }
}

type Attempt = { done: Outcome } | { done?: undefined; current: CacheEntry | undefined };

async function carryOut(env: Environment, place: Place, current: CacheEntry, decision: Decision): Promise<Attempt> {
  const path = current.path;
  if (decision.kind === 'keep') return { done: { entry: current, removed: false } };
  const { conversion } = place.row;
  const object =
    decision.kind === 'write' && conversion ? await conversion.toStorage(decision.object) : objectOf(decision);
  const value = object && encodeStored(object);
  const same = object !== undefined && value !== undefined && says(object, value, current);
  if (same && !env.storedOtherwise?.(place)) return { done: { entry: current, removed: false } };
  if (place.dryRun) {
    const entry = value ? new CacheEntry(path, withRevision(value, current.revision), current.revision) : current;
    return { done: { entry, removed: !value } };
  }
  const key = env.cache.keyOf(place.row, place.namespace, place.name);
  if (value) env.cache.handOver(value, object);
  const written = value
    ? await env.store.update(key, value, current.revision, lifetime(place.row))
    : await env.store.delete(key, current.revision);
  if (!written.ok) return { current: written.current && entryOf(path, written.current) };
  const { revision } = written;
  const entry = value ? new CacheEntry(path, withRevision(value, revision), revision) : current.deletedAt(revision);
  return { done: { entry, removed: !value, revision } };
}

const objectOf = (decision: Decision): AnyObject | undefined =>
  decision.kind === 'write' ? decision.object : undefined;

/** The same JSON as the current object: writing it again would only wake everybody who watches. */
function says(object: AnyObject, value: Buffer, current: CacheEntry): boolean {
  const bytes = withRevision(value, current.revision);
  if (bytes.length !== current.bytes.length) return false;
  if (bytes.equals(current.bytes)) return true;
  // In another order it would be the same bytes: most changes are told from that without a look into the objects.
  if (sumOf(bytes) !== sumOf(current.bytes)) return false;
  const { resourceVersion } = current.object.metadata;
  return deepEqual({ ...object, metadata: { ...object.metadata, resourceVersion } }, current.object);
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i] as number;
  return sum;
}

async function stored(env: Environment, place: Place): Promise<CacheEntry | undefined> {
  const entry = await env.store.get(env.cache.keyOf(place.row, place.namespace, place.name));
  return entry && entryOf(pathOf(place), entry);
}

export const entryOf = (path: string, entry: Entry): CacheEntry =>
  new CacheEntry(path, withRevision(entry.value, entry.revision), entry.revision);

export const pathOf = (place: { namespace: string; name: string }): string =>
  place.namespace === '' ? place.name : `${place.namespace}/${place.name}`;

const lifetime = (row: KindRow): WriteOptions => (row.ttlSeconds === undefined ? {} : { ttlSeconds: row.ttlSeconds });

function taken(row: KindRow, name: string, current: AnyObject | undefined): StatusError {
  const error = alreadyExists(named(row, name));
  if (!current?.metadata.deletionTimestamp) return error;
  return statusError('AlreadyExists', `object is being deleted: ${error.message}`, error.status.details);
}
