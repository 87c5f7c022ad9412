/**
 * The one contract of a control loop: `reconcile(key)`. The key, never the event, says what to look at; what is true
 * is read from the cache when the key's turn comes. The runtime (queue, informers, write barrier, leader election,
 * cause: the files beside this one) calls it, never twice at a time for the same key.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { KubeObject } from '../../api/types.js';
import type { DeleteCallOptions, Name, PatchType, Resource, WriteCallOptions } from '../client.js';

/** A kind that a controller watches, and whose keys a change of it wakes. Keys are 'namespace/name' or 'name'. */
export interface Source<T extends KubeObject = KubeObject> {
  resource: Resource<T>;
  /** The keys that a change concerns; `before` is absent when the object is new, `now` when it is gone. */
  keysFor(now: T | undefined, before: T | undefined, read: Reader): string[];
  /** Narrows what is held in memory. */
  fieldSelector?: string;
  labelSelector?: string;
  /** Named lookups kept up to date with the cache: index name -> values of an object. */
  indexes?: Record<string, (object: T) => string[]>;
}

/** The informer caches of the controller's sources. What it returns is shared: never change it, copy it first. */
export interface Reader {
  get<T extends KubeObject>(resource: Resource<T>, name: Name): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): T[];
  byIndex<T extends KubeObject>(resource: Resource<T>, index: string, value: string): T[];
}

/** Writes that carry the cause, and that the write barrier of the key remembers. Throws StatusError. */
export interface Writer {
  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteCallOptions): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options?: WriteCallOptions,
  ): Promise<T>;
  /** An object that is already gone is not an error. */
  delete<T extends KubeObject>(resource: Resource<T>, name: Name, options?: DeleteCallOptions): Promise<void>;
  /** A live read, past the cache: for the rare check that must not be stale. */
  getLive<T extends KubeObject>(resource: Resource<T>, name: Name): Promise<T | undefined>;
  /** An Event about the object (deduplicated and counted, as Kubernetes' recorder does). Never throws. */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export interface Context {
  read: Reader;
  write: Writer;
  clock: Clock;
  /** Aborts when leadership is lost or the process stops. */
  signal: AbortSignal;
  log: Logger;
  /** A random string of lower-case letters and digits, as generateName uses. Passed in, so that tests repeat. */
  randomSuffix(length: number): string;
}

/** Done; or look again after so long, even if nothing changes. A thrown error is logged and tried again with back-off. */
// biome-ignore lint/suspicious/noConfusingVoidType: "nothing to say" is the common case
export type Outcome = void | { requeueAfterMs: number };

export interface Controller {
  /** 'replication-controller': the name in logs, events (source component), causes and its ServiceAccount. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: sources of different kinds stand in one list
  readonly sources: readonly Source<any>[];
  /** Keys worked on at once; 1 unless said. */
  readonly workers?: number;
  /** Every key is looked at again after so long, as a safety net. Absent: never. */
  readonly resyncMs?: number;
  reconcile(key: string, context: Context): Promise<Outcome>;
}
