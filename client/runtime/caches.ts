/** The informers of all controllers of a process: those that watch the same objects share one. */
import type { KubeObject } from '../../api/types.js';
import type { Name, Resource } from '../client.js';
import { Informer, type InformerOptions } from '../informer/informer.js';
import type { Controller, Reader, Source } from './controller.js';

export class SharedInformers {
  readonly #informers = new Map<string, Informer>();

  constructor(
    private readonly options: Pick<InformerOptions<KubeObject>, 'client' | 'clock' | 'random' | 'log' | 'signal'>,
  ) {}

  of<T extends KubeObject>(source: Source<T>): Informer<T> {
    const { labelSelector = '', fieldSelector = '', resource } = source;
    const key = [resource.group, resource.plural, labelSelector, fieldSelector].join('|');
    const known = this.#informers.get(key);
    if (known) return known as unknown as Informer<T>;
    const informer = new Informer<T>({ ...this.options, resource, selection: { labelSelector, fieldSelector } });
    this.#informers.set(key, informer as unknown as Informer);
    return informer;
  }

  async stopped(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(informer => informer.stopped));
  }
}

/** One controller's view of the caches: its own sources, and its own indexes. */
export class ControllerCaches implements Reader {
  readonly #controller: Controller;
  readonly #informers = new Map<string, Informer>();

  constructor(controller: Controller, shared: SharedInformers) {
    this.#controller = controller;
    for (const source of controller.sources) {
      const id = idOf(source.resource);
      if (this.#informers.has(id)) throw new Error(`${controller.name} has two sources of ${source.resource.plural}`);
      const informer = shared.of<KubeObject>(source);
      for (const [name, of] of Object.entries(source.indexes ?? {})) {
        informer.cache.addIndex(this.#indexName(name), of as (object: KubeObject) => string[]);
      }
      this.#informers.set(id, informer);
    }
  }

  /** Undefined when the resource is not among the sources. */
  informer<T extends KubeObject>(resource: Resource<T>): Informer<T> | undefined {
    return this.#informers.get(idOf(resource)) as unknown as Informer<T> | undefined;
  }

  all(): Informer[] {
    return [...this.#informers.values()];
  }

  get<T extends KubeObject>(resource: Resource<T>, name: Name): T | undefined {
    return this.#source(resource).get(name);
  }

  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): T[] {
    return this.#source(resource).list(namespace);
  }

  byIndex<T extends KubeObject>(resource: Resource<T>, index: string, value: string): T[] {
    return this.#source(resource).byIndex(this.#indexName(index), value);
  }

  #source<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    const informer = this.informer(resource);
    if (informer) return informer;
    throw new Error(`${this.#controller.name} reads ${resource.plural}, which is not among its sources`);
  }

  /** Controllers share caches, so their indexes go by the controller's name as well. */
  #indexName(index: string): string {
    return `${this.#controller.name}/${index}`;
  }
}

const idOf = (resource: Resource): string => `${resource.group}/${resource.plural}`;
