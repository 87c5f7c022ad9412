/**
 * EndpointSlices of any server: those before Kubernetes 1.21 have them in discovery.k8s.io/v1beta1 only. Whoever holds
 * the client sees v1 all the same. Which of the two is spoken is asked once, and again when the server knows it no more.
 */
import { endpointFromV1, endpointToV1, hostname } from '../../api/kinds/endpointslice/topology.js';
import { StatusError } from '../../api/status.js';
import type { Endpoint, EndpointSlice, KubeObject } from '../../api/types.js';
import type { Client, Resource } from '../client.js';
import { endpointSlices } from '../resources.js';

/** The same client, but for EndpointSlices, which it reads and writes in the version that the server has. */
export function withAnyEndpointSlices(client: Client): Client {
  const versions = new SpokenVersion(client);
  const speak = <T extends KubeObject, A>(resource: Resource<T>, ask: (as: Spoken) => Promise<A>): Promise<A> =>
    isSlices(resource) ? versions.ask(ask) : ask(asItIs);
  return {
    get: (resource, name, options) =>
      speak(resource, async as => as.read(await client.get(as.of(resource), name, options))),
    list: (resource, options) =>
      speak(resource, async as => {
        const list = await client.list(as.of(resource), options);
        return { ...list, items: list.items.map(item => as.read(item)) };
      }),
    async *watch(resource, options) {
      const as = isSlices(resource) ? await versions.spoken() : asItIs;
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

const isSlices = ({ group, plural }: Resource): boolean =>
  group === endpointSlices.group && plural === endpointSlices.plural;

/** How one version is spoken. Objects that are not EndpointSlices pass as they are. */
interface Spoken {
  of<T extends KubeObject>(resource: Resource<T>): Resource<T>;
  read<T extends KubeObject>(object: T): T;
  write<T extends KubeObject>(object: T): T;
}

const asItIs: Spoken = { of: resource => resource, read: object => object, write: object => object };

const beta: Spoken = {
  of: resource => ({ ...resource, version: 'v1beta1' }),
  read: object => mapped(object, 'discovery.k8s.io/v1', fromBeta),
  write: object => mapped(object, 'discovery.k8s.io/v1beta1', endpointFromV1),
};

function mapped<T extends KubeObject>(object: T, apiVersion: string, each: (endpoint: Endpoint) => Endpoint): T {
  const { endpoints = [] } = object as unknown as Partial<EndpointSlice>;
  return { ...object, apiVersion, endpoints: (endpoints ?? []).map(each) };
}

/** 1.20 has no field for the node, and knows of an endpoint only whether it is ready. */
function fromBeta(endpoint: Endpoint): Endpoint {
  const { deprecatedTopology: { [hostname]: node, ...others } = {}, ...rest } = endpointToV1(endpoint);
  const ready = rest.conditions?.ready;
  const nodeName = rest.nodeName ?? node;
  return {
    ...rest,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(ready === undefined ? {} : { conditions: { serving: ready, terminating: false, ...rest.conditions } }),
    ...(Object.keys(others).length === 0 ? {} : { deprecatedTopology: others }),
  };
}

class SpokenVersion {
  #known: Promise<Spoken> | undefined;

  constructor(private readonly client: Client) {}

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

  async #find(): Promise<Spoken> {
    const { body } = await this.client.raw(`/apis/${endpointSlices.group}`, { accept: 'application/json' });
    const { versions } = JSON.parse(body.toString()) as { versions: { version: string }[] };
    const has = (version: string): boolean => versions.some(one => one.version === version);
    return has('v1') || !has('v1beta1') ? asItIs : beta;
  }
}
