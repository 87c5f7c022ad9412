/**
 * The kinds of any server: those before Kubernetes 1.21 have some of them in a former version only. Whoever holds the
 * client sees today's all the same. Which one is spoken is asked once, and again when the server knows it no more.
 */
import { StatusError } from '../../api/status.js';
import type { KubeObject, PodDisruptionBudget } from '../../api/types.js';
import type { Client, Resource } from '../client.js';
import { cronJobs, endpointSlices, horizontalPodAutoscalers, podDisruptionBudgets } from '../resources.js';
import { slicesFromBeta, slicesToBeta } from './endpoint-slices.js';

/** A version that was given up, and what an object must be changed for it but for its apiVersion. */
interface Former {
  resource: Resource;
  version: string;
  read?(object: KubeObject): KubeObject;
  write?(object: KubeObject): KubeObject;
}

const formers: readonly Former[] = [
  { resource: endpointSlices, version: 'v1beta1', read: slicesFromBeta, write: slicesToBeta },
  { resource: cronJobs, version: 'v1beta1' },
  { resource: podDisruptionBudgets, version: 'v1beta1', read: budgetFromBeta },
  { resource: horizontalPodAutoscalers, version: 'v2beta2' },
];

/** In v1beta1 an empty selector is that of no pod; in v1 it is that of all, and no selector is that of none. */
function budgetFromBeta(object: KubeObject): KubeObject {
  const { spec: { selector, ...spec } = {}, ...rest } = object as PodDisruptionBudget;
  const selects = Object.values(selector ?? {}).some(part => Object.keys(part).length > 0);
  return { ...rest, spec: { ...spec, ...(selects && selector ? { selector } : {}) } } as PodDisruptionBudget;
}

/** The same client, but for kinds that the server has in a former version. */
export function withFormerVersions(client: Client): Client {
  const known = new Map(formers.map(former => [keyOf(former.resource), new SpokenVersion(client, former)]));
  const versionOf = (resource: Resource): SpokenVersion | undefined => known.get(keyOf(resource));
  const speak = <T extends KubeObject, A>(resource: Resource<T>, ask: (as: Spoken) => Promise<A>): Promise<A> =>
    versionOf(resource)?.ask(ask) ?? ask(asItIs);
  return {
    get: (resource, name, options) =>
      speak(resource, async as => as.read(await client.get(as.of(resource), name, options))),
    list: (resource, options) =>
      speak(resource, async as => {
        const list = await client.list(as.of(resource), options);
        return { ...list, items: list.items.map(item => as.read(item)) };
      }),
    async *watch(resource, options) {
      const as = (await versionOf(resource)?.spoken()) ?? asItIs;
      for await (const event of client.watch(as.of(resource), options))
        yield event.type === 'BOOKMARK' ? event : { ...event, object: as.read(event.object) };
    },
    create: (resource, object, options) =>
      speak(resource, async as => as.read(await client.create(as.of(resource), as.write(object), options))),
    update: (resource, object, options) =>
      speak(resource, async as => as.read(await client.update(as.of(resource), as.write(object), options))),
    patch: (resource, name, type, patch, options) =>
      speak(resource, async as => as.read(await client.patch(as.of(resource), name, type, patch, options))),
    delete: (resource, name, options) => speak(resource, as => client.delete(as.of(resource), name, options)),
    post: (resource, name, subresource, body, options) => client.post(resource, name, subresource, body, options),
    raw: (path, options) => client.raw(path, options),
    close: () => client.close(),
  };
}

const keyOf = ({ group, plural }: Resource): string => `${group}/${plural}`;

/** How one version is spoken. */
interface Spoken {
  of<T extends KubeObject>(resource: Resource<T>): Resource<T>;
  read<T extends KubeObject>(object: T): T;
  write<T extends KubeObject>(object: T): T;
}

const asItIs: Spoken = { of: resource => resource, read: object => object, write: object => object };

/** A subresource's object (a Scale) is in a version of its own, and passes as it is. */
function spokenAs({ resource: { group, kind, version: today }, version, read, write }: Former): Spoken {
  const as = <T extends KubeObject>(object: T, to: string, change = (same: KubeObject) => same): T =>
    object.kind === undefined || object.kind === kind
      ? ({ ...change(object), apiVersion: `${group}/${to}` } as T)
      : object;
  return {
    of: resource => ({ ...resource, version }),
    read: object => as(object, today, read),
    write: object => as(object, version, write),
  };
}

class SpokenVersion {
  #known: Promise<Spoken> | undefined;

  constructor(
    private readonly client: Client,
    private readonly former: Former,
  ) {}

  async ask<A>(ask: (as: Spoken) => Promise<A>): Promise<A> {
    const as = await this.spoken();
    try {
      return await ask(as);
    } catch (error) {
      // Of an object, or of the version: a server that was exchanged may speak another.
      if (error instanceof StatusError && error.code === 404) this.#known = undefined;
      throw error;
    }
  }

  /** Rejects when the server cannot be asked; the next call asks again. */
  spoken(): Promise<Spoken> {
    this.#known ??= this.#find().catch(error => {
      this.#known = undefined;
      throw error;
    });
    return this.#known;
  }

  /** Of a group that is in two versions at least, a kind may be in the older one only: batch had jobs in v1 before cron jobs. */
  async #find(): Promise<Spoken> {
    const { group, plural, version } = this.former.resource;
    const served = async (of: string): Promise<boolean> => {
      const { resources } = await this.#read<{ resources: { name: string }[] }>(`/apis/${group}/${of}`);
      return resources.some(({ name }) => name === plural);
    };
    const { versions } = await this.#read<{ versions: { version: string }[] }>(`/apis/${group}`);
    const has = (one: string): boolean => versions.some(({ version }) => version === one);
    if (!has(this.former.version) || (has(version) && (await served(version)))) return asItIs;
    return spokenAs(this.former);
  }

  async #read<T>(path: string): Promise<T> {
    const { body } = await this.client.raw(path, { accept: 'application/json' });
    return JSON.parse(body.toString()) as T;
  }
}
