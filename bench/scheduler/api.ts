/**
 * An API server that costs next to nothing, in this process: nodes and pods, one watch of each, bindings. What is measured
 * with it is the scheduler alone. It answers what the scheduler asks, and refuses everything else.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { badRequest } from '../../api/status.js';
import type { Binding, KubeList, KubeObject, Pod, WatchEvent } from '../../api/types.js';
import type { Client, Name, Resource, WatchCallOptions } from '../../client/client.js';

type Event = WatchEvent<KubeObject>;

export class BareApi implements Pick<Client, 'list' | 'watch' | 'post' | 'patch'> {
  bound = 0;
  #onBound: () => void = () => {};
  #revision = 1;
  readonly #objects = new Map<string, KubeObject[]>();
  readonly #pods = new Map<string, Pod>();
  readonly #watchers = new Map<string, { events: Event[]; wake: () => void }>();

  /** Before the scheduler starts. */
  seed(plural: string, objects: readonly KubeObject[]): void {
    this.#objects.set(plural, [...objects]);
    if (plural === 'pods') for (const pod of objects as Pod[]) this.#pods.set(keyOf(pod), pod);
  }

  /** Pods that are created while it runs; resolves when all of them are bound. */
  async place(pods: readonly Pod[]): Promise<void> {
    const wanted = this.bound + pods.length;
    const done = new Promise<void>(resolve => {
      this.#onBound = () => {
        if (this.bound >= wanted) resolve();
      };
    });
    for (const pod of pods) {
      this.#pods.set(keyOf(pod), pod);
      this.#tell('pods', 'ADDED', { ...pod, metadata: { ...pod.metadata, resourceVersion: String(++this.#revision) } });
    }
    await done;
  }

  async list<T extends KubeObject>({ plural, kind, version }: Resource<T>): Promise<KubeList<T>> {
    const items = (this.#objects.get(plural) ?? []) as T[];
    return { apiVersion: version, kind: `${kind}List`, metadata: { resourceVersion: String(this.#revision) }, items };
  }

  async *watch<T extends KubeObject>(
    { plural }: Resource<T>,
    { signal }: WatchCallOptions,
  ): AsyncGenerator<WatchEvent<T>> {
    const watcher = { events: [] as Event[], wake: (): void => {} };
    this.#watchers.set(plural, watcher);
    signal.addEventListener('abort', () => watcher.wake(), { once: true });
    while (!signal.aborted) {
      for (const event of watcher.events.splice(0)) yield event as WatchEvent<T>;
      if (watcher.events.length > 0) continue;
      await new Promise<void>(resolve => {
        watcher.wake = resolve;
      });
    }
  }

  /** As a server: the answer comes later, and the watchers hear of it. */
  async post<A extends KubeObject>(_: Resource, name: Name, subresource: string, body: KubeObject): Promise<A> {
    if (subresource !== 'binding') throw badRequest(`BareApi has no subresource ${subresource}`);
    await nextTurn();
    const before = this.#pods.get(`${name.namespace}/${name.name}`) as Pod;
    const nodeName = (body as Binding).target.name ?? '';
    const metadata = { ...before.metadata, resourceVersion: String(++this.#revision) };
    this.#tell('pods', 'MODIFIED', { ...before, metadata, spec: { containers: [], ...before.spec, nodeName } } as Pod);
    this.bound++;
    this.#onBound();
    return body as A;
  }

  /** Only pods' conditions are patched: nobody here reads them. */
  async patch<T extends KubeObject>(): Promise<T> {
    return {} as T;
  }

  #tell(plural: string, type: Event['type'], object: KubeObject): void {
    const watcher = this.#watchers.get(plural);
    watcher?.events.push({ type, object });
    watcher?.wake();
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
