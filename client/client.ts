/**
 * What every component but the API server holds: typed verbs over a connection to any Kubernetes API server.
 * Failures are StatusError (api/status.ts); when nothing answered they are ConnectionError.
 */
import type { KubeList, KubeObject, WatchEvent } from '../api/types.js';

/** A kind as clients name it. The handles of the built-in kinds are in client/resources.ts. */
export interface Resource<T extends KubeObject = KubeObject> {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  /** Carries T; never present at run time. */
  readonly object?: T;
}

export interface Name {
  name: string;
  /** Absent for kinds without namespaces. */
  namespace?: string;
}

export interface Selection {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ReadOptions {
  signal?: AbortSignal;
}

export interface ListCallOptions extends Selection, ReadOptions {
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export interface WatchCallOptions extends Selection {
  resourceVersion?: string;
  allowWatchBookmarks?: boolean;
  timeoutSeconds?: number;
  signal: AbortSignal;
}

export interface WriteCallOptions extends ReadOptions {
  dryRun?: boolean;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  fieldManager?: string;
  /** What made this write happen; sent as the header that apiserver/contracts.ts names. */
  cause?: string;
  /** Writes to this subresource ('status', 'binding', 'scale'). */
  subresource?: string;
}

export interface DeleteCallOptions extends ReadOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
  cause?: string;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface Client {
  get<T extends KubeObject>(resource: Resource<T>, name: Name, options?: ReadOptions): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListCallOptions): Promise<KubeList<T>>;
  /** One watch request. Ends when the server ends it; an ERROR event is thrown as its StatusError. */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchCallOptions): AsyncIterable<WatchEvent<T>>;
  /** `object.metadata.namespace` says where. */
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteCallOptions): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteCallOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options?: WriteCallOptions & { force?: boolean },
  ): Promise<T>;
  delete<T extends KubeObject>(resource: Resource<T>, name: Name, options?: DeleteCallOptions): Promise<void>;
  /** POST to a subresource whose answer is another kind (token, binding, eviction). */
  post<A extends KubeObject>(
    resource: Resource,
    name: Name,
    subresource: string,
    body: KubeObject,
    options?: WriteCallOptions,
  ): Promise<A>;
  /** Any path ('/version', '/openapi/v3'), parsed when it is JSON. */
  raw(path: string, options?: ReadOptions & { accept?: string }): Promise<{ contentType: string; body: Buffer }>;
  close(): Promise<void>;
}

/** No answer: refused, reset, timed out, a name that does not resolve, a certificate that is not trusted. */
export class ConnectionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionError';
  }
}
