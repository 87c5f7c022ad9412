/** A reconcile's writes: each carries the cause, and the barrier of the key remembers it. */
import { StatusError } from '../../api/status.js';
import type { KubeObject } from '../../api/types.js';
import type { Client, DeleteCallOptions, Name, PatchType, Resource, WriteCallOptions } from '../client.js';
import { keyOf } from '../informer/cache.js';
import type { Informer } from '../informer/informer.js';
import type { Writer } from './controller.js';

export interface WriterOptions {
  client: Client;
  cause: string;
  signal: AbortSignal;
  /** Told of each write, with the informer that will show it. */
  wrote(informer: Informer, object: string, resourceVersion: string): void;
  deleted(informer: Informer, object: string, uid: string): void;
  informerOf(resource: Resource): Informer | undefined;
  event: Writer['event'];
}

export class ReconcileWriter implements Writer {
  readonly event: Writer['event'];

  constructor(private readonly options: WriterOptions) {
    this.event = options.event;
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.#remember(resource, await this.options.client.create(resource, object, this.#with()));
  }

  async update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteCallOptions): Promise<T> {
    return this.#remember(resource, await this.options.client.update(resource, object, this.#with(options)));
  }

  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.update(resource, object, { subresource: 'status' });
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: Name,
    type: PatchType,
    patch: unknown,
    options?: WriteCallOptions,
  ): Promise<T> {
    const { client } = this.options;
    return this.#remember(resource, await client.patch(resource, name, type, patch, this.#with(options)));
  }

  async delete<T extends KubeObject>(resource: Resource<T>, name: Name, options?: DeleteCallOptions): Promise<void> {
    const informer = this.options.informerOf(resource);
    const held = informer?.get(name);
    try {
      await this.options.client.delete(resource, name, this.#with(options));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    if (informer && held?.metadata.uid) this.options.deleted(informer, keyOf(held), held.metadata.uid);
  }

  async getLive<T extends KubeObject>(resource: Resource<T>, name: Name): Promise<T | undefined> {
    try {
      return await this.options.client.get(resource, name, { signal: this.options.signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #with<O extends object>(options?: O): O & { cause: string; signal: AbortSignal } {
    return { ...(options as O), cause: this.options.cause, signal: this.options.signal };
  }

  #remember<T extends KubeObject>(resource: Resource<T>, written: T): T {
    const informer = this.options.informerOf(resource);
    const version = written.metadata.resourceVersion;
    if (informer && version) this.options.wrote(informer, keyOf(written), version);
    return written;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof StatusError && error.reason === 'NotFound';
