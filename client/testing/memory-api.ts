/**
 * A Kubernetes API in memory, for tests of what stands on a Client: objects, resourceVersions, optimistic updates,
 * finalizers, selectors, watches from any revision. It admits everything and defaults
 * nothing; the real server is for the tests that need that. What it cannot do it refuses.
 */
import { getPath } from '../../api/json.js';
import { parseFieldSelector, parseLabelSelector } from '../../api/selectors/index.js';
import { alreadyExists, badRequest, expired, notFound, staleWrite } from '../../api/status.js';
import type { AnyObject, Binding, KubeList, KubeObject, Pod, WatchEvent } from '../../api/types.js';
import type {
  Client,
  DeleteCallOptions,
  ListCallOptions,
  Name,
  PatchType,
  Resource,
  Selection,
  WatchCallOptions,
  WriteCallOptions,
} from '../client.js';

/** A write that reached the API, for assertions. */
export interface RecordedWrite {
  verb: 'create' | 'update' | 'patch' | 'delete' | 'post';
  resource: string;
  subresource?: string;
  name: string;
  cause?: string;
}

interface Logged {
  revision: number;
  resource: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: AnyObject;
  before?: AnyObject;
}

const copy = <T>(value: T): T => structuredClone(value);
const at = (resource: Resource, name: Name): string => `${resource.plural}/${name.namespace ?? ''}/${name.name}`;

export class MemoryApi implements Client {
  readonly writes: RecordedWrite[] = [];
  /** Set to make requests fail: called before each with the verb and the resource; throw from it. */
  fault: (verb: string, resource: string) => void = () => {};
  readonly #objects = new Map<string, AnyObject>();
  readonly #log: Logged[] = [];
  readonly #waiting = new Set<() => void>();
  #revision = 1;
  #compacted = 0;
  #uids = 0;
  #connections = new AbortController();

  constructor(private readonly now: () => number = Date.now) {}

  /** Ends all watches without a word, as a dropped connection does. */
  dropWatches(): void {
    this.#connections.abort();
    this.#connections = new AbortController();
  }

  /** Forgets history: a watch from an earlier revision is answered 410. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#log.length = 0;
  }

  async get<T extends KubeObject>(resource: Resource<T>, name: Name): Promise<T> {
    this.fault('get', resource.plural);
    return copy(this.#current(resource, name)) as unknown as T;
  }

  async list<T extends KubeObject>(resource: Resource<T>, options: ListCallOptions = {}): Promise<KubeList<T>> {
    this.fault('list', resource.plural);
    const items = [...this.#objects]
      .filter(([key, object]) => key.startsWith(`${resource.plural}/`) && selects(options, object))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => copy(object) as unknown as T);
    return {
      apiVersion: resource.version,
      kind: `${resource.kind}List`,
      metadata: { resourceVersion: String(this.#revision) },
      items,
    };
  }

  async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchCallOptions): AsyncGenerator<WatchEvent<T>> {
    this.fault('watch', resource.plural);
    let seen = Number(options.resourceVersion ?? this.#revision);
    if (seen < this.#compacted) throw expired(`too old resource version: ${seen} (${this.#compacted})`);
    const ended = AbortSignal.any([options.signal, this.#connections.signal]);
    while (!ended.aborted) {
      const news = this.#log.filter(entry => entry.revision > seen);
      seen = this.#revision;
      for (const entry of news) {
        const event = seenThrough(options, entry);
        if (entry.resource !== resource.plural || !event) continue;
        yield { type: event, object: copy(entry.object) as unknown as T };
        if (ended.aborted) return;
      }
      if (seen === this.#revision) await this.#news(ended);
    }
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T, options: WriteCallOptions = {}): Promise<T> {
    const made = copy(object) as unknown as AnyObject;
    made.metadata.name ??= `${made.metadata.generateName}${(++this.#uids).toString(36).padStart(5, '0')}`;
    this.#record('create', resource, made.metadata.name, options);
    const key = at(resource, nameOf(made));
    if (this.#objects.has(key))
      throw alreadyExists({ ...resource, resource: resource.plural, name: made.metadata.name });
    made.metadata.uid = `uid-${++this.#uids}`;
    made.metadata.creationTimestamp = new Date(this.now()).toISOString().replace(/\.\d+Z/, 'Z');
    return this.#commit(resource, 'ADDED', made) as unknown as T;
  }

  async update<T extends KubeObject>(resource: Resource<T>, object: T, options: WriteCallOptions = {}): Promise<T> {
    const name = nameOf(object);
    this.#record('update', resource, name.name, options);
    const before = this.#current(resource, name);
    const expects = object.metadata.resourceVersion;
    if (expects !== undefined && expects !== before.metadata.resourceVersion) {
      throw staleWrite({ ...resource, resource: resource.plural, name: name.name });
    }
    const sent = copy(object) as unknown as AnyObject;
    if (options.subresource !== undefined && options.subresource !== 'status') {
      throw badRequest(`MemoryApi has no subresource ${options.subresource}`);
    }
    const next = options.subresource === 'status' ? { ...copy(before), status: sent.status } : sent;
    return this.#replace(resource, before, next) as unknown as T;
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options: WriteCallOptions = {},
  ): Promise<T> {
    this.#record('patch', resource, name.name, options);
    if (type !== 'merge' && type !== 'strategic') throw badRequest(`MemoryApi has no ${type} patches`);
    const before = this.#current(resource, name);
    return this.#replace(resource, before, merged(copy(before), patch, type) as AnyObject) as unknown as T;
  }

  async delete<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    options: DeleteCallOptions = {},
  ): Promise<void> {
    this.#record('delete', resource, name.name, options);
    const before = this.#current(resource, name);
    const uid = options.preconditions?.uid;
    if (uid !== undefined && uid !== before.metadata.uid) {
      throw staleWrite({ ...resource, resource: resource.plural, name: name.name });
    }
    if ((before.metadata.finalizers ?? []).length === 0) {
      this.#commit(resource, 'DELETED', copy(before), before);
    } else if (before.metadata.deletionTimestamp === undefined) {
      const next = copy(before);
      next.metadata.deletionTimestamp = new Date(this.now()).toISOString();
      this.#commit(resource, 'MODIFIED', next, before);
    }
  }

  /** Pods' binding; other subresources answer what `answers` was told to. */
  async post<A extends KubeObject>(
    resource: Resource,
    name: Name,
    subresource: string,
    body: KubeObject,
    options: WriteCallOptions = {},
  ): Promise<A> {
    this.#record('post', resource, name.name, { ...options, subresource });
    const answer = this.answers.get(`${resource.plural}/${subresource}`);
    if (answer) return answer(name, body) as A;
    if (subresource !== 'binding') throw badRequest(`MemoryApi has no subresource ${subresource}`);
    const before = this.#current(resource, name);
    const next = copy(before) as unknown as Pod;
    next.spec = { containers: [], ...next.spec, nodeName: (body as Binding).target.name ?? '' };
    return this.#replace(resource, before, next as unknown as AnyObject) as unknown as A;
  }

  /** 'serviceaccounts/token' -> what a POST there answers. */
  readonly answers = new Map<string, (name: Name, body: KubeObject) => KubeObject>();

  raw(): Promise<never> {
    return Promise.reject(badRequest('MemoryApi serves no other paths'));
  }

  async close(): Promise<void> {
    this.#connections.abort();
  }

  #current(resource: Resource, name: Name): AnyObject {
    const object = this.#objects.get(at(resource, name));
    if (!object) throw notFound({ ...resource, resource: resource.plural, name: name.name });
    return object;
  }

  #record(verb: RecordedWrite['verb'], resource: Resource, name: string, options: WriteCallOptions): void {
    this.fault(verb, resource.plural);
    this.writes.push({
      verb,
      resource: resource.plural,
      name,
      ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
  }

  /** An update that changes nothing is no revision; one that takes the last finalizer of a deleted object deletes it. */
  #replace(resource: Resource, before: AnyObject, next: AnyObject): AnyObject {
    const { uid, resourceVersion, creationTimestamp } = before.metadata;
    Object.assign(next.metadata, { uid, resourceVersion, creationTimestamp });
    if (JSON.stringify(next) === JSON.stringify(before)) return copy(before);
    const done = before.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    return this.#commit(resource, done ? 'DELETED' : 'MODIFIED', next, before);
  }

  #commit(resource: Resource, type: Logged['type'], object: AnyObject, before?: AnyObject): AnyObject {
    const revision = ++this.#revision;
    object.metadata.resourceVersion = String(revision);
    if (type === 'DELETED') this.#objects.delete(at(resource, nameOf(object)));
    else this.#objects.set(at(resource, nameOf(object)), object);
    this.#log.push({ revision, resource: resource.plural, type, object, ...(before ? { before } : {}) });
    for (const wake of this.#waiting) wake();
    return copy(object);
  }

  #news(ended: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        ended.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      ended.addEventListener('abort', wake, { once: true });
    });
  }
}

function nameOf(object: KubeObject): Name {
  const { name = '', namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** What a selecting watcher is told: an object that leaves the selection is deleted, to it. */
function seenThrough(selection: Selection, entry: Logged): Logged['type'] | undefined {
  const now = entry.type !== 'DELETED' && selects(selection, entry.object);
  const before = entry.before !== undefined && selects(selection, entry.before);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function selects(selection: Selection, object: AnyObject): boolean {
  if (selection.namespace !== undefined && selection.namespace !== object.metadata.namespace) return false;
  const fields = parseFieldSelector(selection.fieldSelector ?? '');
  const values = Object.fromEntries(fields.requirements.map(({ field }) => [field, fieldOf(object, field)]));
  return parseLabelSelector(selection.labelSelector ?? '').matches(object.metadata.labels) && fields.matches(values);
}

const fieldOf = (object: AnyObject, path: string): string => String(getPath(object, path) ?? '');

/** RFC 7386; of strategic merge patches' lists only those of conditions. */
function merged(target: unknown, patch: unknown, type: 'merge' | 'strategic', field = ''): unknown {
  if (Array.isArray(patch) && type === 'strategic') return mergedList(target, patch, field);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return copy(patch);
  const result = { ...(typeof target === 'object' && !Array.isArray(target) ? target : {}) } as Record<string, unknown>;
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value, type, name);
  }
  return result;
}

function mergedList(target: unknown, patch: unknown[], field: string): unknown[] {
  if (field !== 'conditions') throw badRequest(`MemoryApi has no strategic patches of ${field}`);
  const before = Array.isArray(target) ? (target as Record<string, unknown>[]) : [];
  const byType = new Map(before.map(item => [item.type, item]));
  for (const item of patch as Record<string, unknown>[]) {
    if (item.$patch === 'delete') byType.delete(item.type);
    else byType.set(item.type, { ...byType.get(item.type), ...item });
  }
  return [...byType.values()];
}
