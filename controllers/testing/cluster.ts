/**
 * A cluster in memory for the tests of the loops' shells: it has the API server's meaning (uids, resource versions,
 * preconditions, finalizers, propagation policies, graceful deletion of bound pods), calls `keysFor` on each change and
 * runs the keys in order, as the runtime does, with a clock that only moves when the test says so. `crashAfter` ends
 * the controller before any write, which is how "a crash between any two writes" is tried.
 */
import { systemClock, timestamp } from '../../api/clock.js';
import { alreadyExists, notFound, staleWrite } from '../../api/status.js';
import type { AnyObject, KubeObject } from '../../api/types.js';
import type { DeleteCallOptions, Name, Resource } from '../../client/client.js';
import type { Context, Controller, Reader, Writer } from '../../client/runtime/controller.js';
import { keyOf, named } from '../keys.js';
import { applyPatch } from './patch.js';

export class Crash extends Error {}

type Kind = Pick<Resource, 'group' | 'plural'>;
const kindKey = (resource: Kind): string => `${resource.group}/${resource.plural}`;
const nameKey = (name: Name): string => (name.namespace === undefined ? name.name : `${name.namespace}/${name.name}`);

export class Cluster {
  now = Date.parse('2025-01-01T00:00:00Z');
  /** What was written, a line each: 'create pods default/web-1'. */
  readonly writes: string[] = [];
  /** 'Normal SuccessfulCreate Created pod: web-1' */
  readonly events: string[] = [];
  /** How many more writes succeed before the controller crashes. */
  crashAfter = Number.POSITIVE_INFINITY;
  /** Called before each write; throws to refuse it. */
  refuse: (write: string) => void = () => {};

  /** What a review is answered, which is asked and never stored. */
  answer: (review: AnyObject) => AnyObject = review => review;

  private readonly kinds = new Map<string, Map<string, AnyObject>>();
  private readonly queue = new Set<string>();
  private readonly later = new Map<string, number>();
  private serial = 0;
  private controller: Controller | undefined;

  /** Puts an object there, without a trace in `writes`. */
  put<T extends KubeObject>(resource: Resource<T>, object: T): T {
    const stored = structuredClone(object) as unknown as AnyObject;
    stored.metadata.uid ??= `uid-${++this.serial}`;
    stored.metadata.creationTimestamp ??= timestamp(this.now) as never;
    this.store(resource, stored);
    return stored as unknown as T;
  }

  remove(resource: Kind, name: Name): void {
    const objects = this.of(resource);
    const before = objects.get(nameKey(name));
    objects.delete(nameKey(name));
    if (before) this.changed(resource, undefined, before);
  }

  all<T extends KubeObject>(resource: Resource<T>): T[] {
    return [...this.of(resource).values()] as unknown as T[];
  }

  find<T extends KubeObject>(resource: Resource<T>, name: Name): T | undefined {
    return this.of(resource).get(nameKey(name)) as unknown as T | undefined;
  }

  /** The last step of a graceful deletion, which kubelets take. */
  finishDeletions(resource: Resource): void {
    for (const object of this.all(resource)) {
      if (object.metadata.deletionTimestamp && !object.metadata.finalizers?.length)
        this.remove(resource, named(object));
    }
  }

  /** A process with this controller starts: it sees every object as new. */
  start(controller: Controller): void {
    this.controller = controller;
    this.queue.clear();
    this.later.clear();
    for (const source of controller.sources) {
      for (const object of this.all(source.resource)) {
        for (const key of source.keysFor(object, undefined, this.reader)) this.queue.add(key);
      }
    }
  }

  /** Works until nothing is due. A Crash and any other error of the controller is thrown; `turns` bounds a livelock. */
  async settle(turns = 1000): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      for (const [key, due] of this.later) if (due <= this.now) this.queue.add(key);
      const key = this.queue.values().next().value;
      if (key === undefined) return;
      this.queue.delete(key);
      this.later.delete(key);
      const outcome = await this.controller?.reconcile(key, this.context);
      if (outcome) this.later.set(key, this.now + outcome.requeueAfterMs);
    }
    throw new Error(`still busy after ${turns} turns; the last writes: ${this.writes.slice(-5).join(', ')}`);
  }

  /** Lets time pass, and does what becomes due on the way, when it becomes due. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.settle();
    for (;;) {
      const next = Math.min(...this.later.values());
      if (next > end) break;
      this.now = Math.max(this.now, next);
      await this.settle();
    }
    this.now = end;
  }

  /** When something is next due, in milliseconds from now; Infinity when nothing is. */
  get nextDue(): number {
    return Math.min(...this.later.values()) - this.now;
  }

  private readonly reader: Reader = {
    get: (resource, name) => this.find(resource, name),
    list: (resource, namespace) =>
      this.all(resource).filter(object => namespace === undefined || object.metadata.namespace === namespace),
    byIndex: (resource, index, value) => {
      const source = this.controller?.sources.find(
        source => kindKey(source.resource) === kindKey(resource) && source.indexes?.[index],
      );
      const values = source?.indexes?.[index];
      if (!values) throw new Error(`${this.controller?.name} has no index ${index} of ${resource.plural}`);
      return this.all(resource).filter(object => values(object).includes(value));
    },
  };

  private readonly writer: Writer = {
    create: async (resource, object) => {
      if (resource.plural.endsWith('reviews')) return this.answer(object as unknown as AnyObject) as never;
      const created = structuredClone(fields(object));
      created.metadata.name ??= `${created.metadata.generateName}${++this.serial}`;
      this.attempt(`create ${resource.plural} ${keyOf(created)}`);
      if (this.find(resource, named(created))) throw alreadyExists(subject(resource, created));
      return this.put(resource as Resource, created) as never;
    },
    update: async (resource, object, options) => {
      const part = options?.subresource ? `/${options.subresource}` : '';
      this.attempt(`update ${resource.plural}${part} ${keyOf(object)}`);
      const known = this.find(resource, named(object));
      if (!known) throw notFound(subject(resource, object));
      if (known.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw staleWrite(subject(resource, object));
      // Annotations travel with a status, as they do in Kubernetes.
      const metadata = { ...known.metadata, annotations: object.metadata.annotations };
      const next = options?.subresource === 'status' ? { ...known, metadata, status: fields(object).status } : object;
      return this.store(resource, structuredClone(fields(next))) as never;
    },
    updateStatus: (resource, object) => this.writer.update(resource, object, { subresource: 'status' }),
    patch: async (resource, name, type, patch, options) => {
      const part = options?.subresource ? `/${options.subresource}` : '';
      this.attempt(`patch ${resource.plural}${part} ${nameKey(name)}`);
      const known = this.find(resource, name) as unknown as AnyObject | undefined;
      if (!known) throw notFound({ ...resource, resource: resource.plural, name: name.name });
      const said = (patch as AnyObject).metadata ?? {};
      for (const field of ['uid', 'resourceVersion'] as const) {
        if (said[field] !== undefined && said[field] !== known.metadata[field])
          throw staleWrite(subject(resource, known));
      }
      const next = applyPatch(type, known, patch);
      next.metadata.resourceVersion = known.metadata.resourceVersion as string;
      return this.store(resource, next) as never;
    },
    delete: async (resource, name, options) => {
      this.attempt(`delete ${resource.plural} ${nameKey(name)}`);
      this.deleteObject(resource, name, options ?? {});
    },
    getLive: async (resource, name) => this.find(resource, name),
    event: (_about, type, reason, message) => void this.events.push(`${type} ${reason} ${message}`),
  };

  get context(): Context {
    return {
      read: this.reader,
      write: this.writer,
      clock: { ...systemClock, now: () => this.now },
      signal: new AbortController().signal,
      log: silent,
      randomSuffix: length => String(++this.serial).padStart(length, '0'),
    };
  }

  private attempt(write: string): void {
    if (this.crashAfter-- <= 0) throw new Crash(`crashed before: ${write}`);
    this.refuse(write);
    this.writes.push(write);
  }

  private deleteObject(resource: Resource, name: Name, options: DeleteCallOptions): void {
    const known = this.find(resource, name) as unknown as AnyObject | undefined;
    if (!known) return;
    const { uid, resourceVersion } = options.preconditions ?? {};
    const mismatch = (uid ?? known.metadata.uid) !== known.metadata.uid;
    if (mismatch || (resourceVersion ?? known.metadata.resourceVersion) !== known.metadata.resourceVersion) {
      throw staleWrite(subject(resource, known));
    }
    const byPolicy = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined };
    const wanted = byPolicy[options.propagationPolicy ?? 'Background'];
    const ours = (known.metadata.finalizers ?? []).filter(f => f !== 'foregroundDeletion' && f !== 'orphan');
    const finalizers = wanted ? [...ours, wanted] : known.metadata.deletionTimestamp ? known.metadata.finalizers : ours;
    const graceful = Boolean((known as { spec?: { nodeName?: string } }).spec?.nodeName && resource.plural === 'pods');
    if (!finalizers?.length && (!graceful || options.gracePeriodSeconds === 0)) {
      this.remove(resource, name);
    } else {
      const metadata = { ...known.metadata, finalizers: finalizers ?? [] };
      metadata.deletionTimestamp ??= timestamp(this.now) as never;
      this.store(resource, { ...known, metadata });
    }
  }

  private store(resource: Kind, object: AnyObject): AnyObject {
    const before = this.of(resource).get(keyOf(object));
    object.metadata.resourceVersion = String(++this.serial);
    if (
      object.metadata.deletionTimestamp &&
      !object.metadata.finalizers?.length &&
      before?.metadata.finalizers?.length
    ) {
      this.remove(resource, named(object));
      return object;
    }
    this.of(resource).set(keyOf(object), object);
    this.changed(resource, object, before);
    return object;
  }

  private changed(resource: Kind, now: AnyObject | undefined, before: AnyObject | undefined): void {
    for (const source of this.controller?.sources ?? []) {
      if (kindKey(source.resource) !== kindKey(resource)) continue;
      for (const key of source.keysFor(now, before, this.reader)) this.queue.add(key);
    }
  }

  private of(resource: Kind): Map<string, AnyObject> {
    const known = this.kinds.get(kindKey(resource)) ?? new Map<string, AnyObject>();
    this.kinds.set(kindKey(resource), known);
    return known;
  }
}

const fields = (object: KubeObject): AnyObject => object as unknown as AnyObject;

const subject = (resource: Resource, object: KubeObject) => ({
  group: resource.group,
  resource: resource.plural,
  name: object.metadata.name ?? '',
});

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child: () => silent } as never;
