/** What a verb is given, what it works with, and what it answers. */
import type { Clock } from '../../api/clock.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { AnyObject } from '../../api/types.js';
import type { Store } from '../../storage/store.js';
import type { CacheEntry } from '../cache/entry.js';
import type { ListHead, Representation } from '../cache/representation.js';
import type { WatchCache } from '../cache/watch-cache.js';
import type { AdmissionPlugin, ApiRequest, CreateHandler, Lookup, RequestInfo, Sink, User } from '../contracts.js';
import type { KindTable } from './kinds.js';

/** One request to a resource, authenticated and authorized. */
export interface Call {
  row: KindRow;
  info: RequestInfo;
  query: URLSearchParams;
  user: User;
  request: ApiRequest;
  representation: Representation;
  /** Said to the client in Warning headers. */
  warnings: string[];
  /** Said to the audit log. */
  annotations: Record<string, string>;
}

/** What the verbs work with; the same for all requests. */
export interface Environment {
  kinds: KindTable;
  store: Store;
  cache: WatchCache;
  lookup: Lookup;
  clock: Clock;
  /** In the order in which they run. */
  admission: readonly AdmissionPlugin[];
  uid(): string;
  /** A random string of letters and digits, as generateName appends. */
  randomSuffix(length: number): string;
  /** A number in [0, 1): spreads the ends of watches. */
  random(): number;
  /** Whether an object is stored otherwise than it would be written today (a key was exchanged): then even the same is written. */
  storedOtherwise?(place: { row: KindRow; namespace: string; name: string }): boolean;
  reservations: readonly Reservations[];
  /** Kinds and subresources that code answers: 'subjectaccessreviews', 'serviceaccounts/token'. */
  createHandlers: ReadonlyMap<string, CreateHandler>;
  /** Kinds that are never stored: 'componentstatuses', 'metrics.k8s.io/pods'. */
  computed: ReadonlyMap<string, Computed>;
}

/** What is asked about: '' is all namespaces, and all names. */
export interface Asked {
  namespace: string;
  name: string;
  /** Of the labels; all where none was said. */
  matches(labels: Record<string, string> | undefined): boolean;
}

/** The objects of a kind, as they are now: at least those that are asked about. */
export type Computed = (asked: Asked) => Promise<AnyObject[]>;

/**
 * Things of which there is only one to give (a service's address, a node port), taken before the write that needs them.
 * `reserve` may change the object; it throws Invalid when something is taken already.
 */
export interface Reservations {
  handles(row: KindRow): boolean;
  /** A dry run takes nothing, and is refused as the write would be. */
  reserve(env: Environment, object: AnyObject, old: AnyObject | undefined, dryRun: boolean): Promise<Reservation>;
  /** The object is gone: all it had is free. */
  release(env: Environment, object: AnyObject): Promise<void>;
}

/** Neither of these throws: what cannot be given back now is found later. */
export interface Reservation {
  /** The write did not happen: everything newly taken is free again. */
  undo(): Promise<void>;
  /** The write happened: what the object had before and has no more is free. */
  settle(): Promise<void>;
}

export interface Answer {
  status: number;
  contentType: string;
  body: readonly Uint8Array[];
  /** What this request wrote. */
  revision?: number;
  /** The name of what this request created, which its path does not say. */
  created?: string;
  stream?(sink: Sink): void;
}

export const json = (status: number, value: unknown, revision?: number): Answer => ({
  status,
  contentType: 'application/json',
  body: [Buffer.from(JSON.stringify(value))],
  ...(revision === undefined ? {} : { revision }),
});

/** One object, as the client wants to see it. */
export function shown(call: Call, status: number, entry: CacheEntry, revision?: number): Answer {
  const { representation } = call;
  const answer: Answer = { status, contentType: representation.contentType, body: [representation.object(entry)] };
  if (revision !== undefined) answer.revision = revision;
  return answer;
}

/** Many objects, as the client wants to see them. */
export function shownList(call: Call, entries: readonly CacheEntry[], head: ListHead): Answer {
  const { representation } = call;
  return { status: 200, contentType: representation.contentType, body: representation.list(entries, head) };
}

/** The name an error is about. */
export const named = (row: Pick<KindRow, 'group' | 'plural'>, name: string) => ({
  group: row.group,
  resource: row.plural,
  name,
});

/** The namespace of the key: kinds without namespaces have none, whatever the path says (/namespaces/NAME). */
export const namespaceOf = (call: Call): string => (call.row.namespaced ? call.info.namespace : '');
