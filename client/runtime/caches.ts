/** The informers of all controllers of a process: those that watch the same objects share one. */
import type { KubeObject } from '../../api/types.js';
import type { Name, Resource } from '../client.js';
import { Informer, type InformerOptions } from '../informer/informer.js';
import type { Controller, Reader, Source } from './controller.js';

export class SharedInformers {
  readonly #informers = new Map<string, Informer>();
  readonly #indexes = new Map<unknown, string>();

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

  /** The name of an index, by its function: controllers that look objects up in the same way share one. */
  indexName(of: (object: KubeObject) => string[]): string {
    const name = this.#indexes.get(of) ?? `${this.#indexes.size}`;
    this.#indexes.set(of, name);
    return name;
  }

  async stopped(): Promise<void> {
    await Promise.all([...this.#informers.values()].map(informer => informer.stopped));
  }
}

/** One controller's view of the caches: its own sources, and its own indexes. */
export class ControllerCaches implements Reader {
  readonly #controller: Controller;
  readonly #informers = new Map<string, Informer>();
  /** 'group/plural/name' -> its name in the cache, which other controllers may use as well. */
  readonly #indexes = new Map<string, string>();

  constructor(controller: Controller, shared: SharedInformers) {
    this.#controller = controller;
    for (const source of controller.sources) {
      const id = idOf(source.resource);
      if (this.#informers.has(id)) throw new Error(`${controller.name} has two sources of ${source.resource.plural}`);
      const informer = shared.of<KubeObject>(source);
      for (const [name, of] of Object.entries(source.indexes ?? {})) {
        const inCache = shared.indexName(of as (object: KubeObject) => string[]);
        informer.cache.ensureIndex(inCache, of as (object: KubeObject) => string[]);
        this.#indexes.set(`${id}/${name}`, inCache);
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
    const name = this.#indexes.get(`${idOf(resource)}/${index}`);
    if (name === undefined) throw new Error(`${this.#controller.name} has no index "${index}" of ${resource.plural}`);
    return this.#source(resource).byIndex(name, value);
  }

  #source<T extends KubeObject>(resource: Resource<T>): Informer<T> {
    const informer = this.informer(resource);
    if (informer) return informer;
    throw new Error(`${this.#controller.name} reads ${resource.plural}, which is not among its sources`);
  }
}

const idOf = (resource: Resource): string => `${resource.group}/${resource.plural}`;
