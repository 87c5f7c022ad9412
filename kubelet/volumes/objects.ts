/**
 * The ConfigMaps and Secrets that this node's pods refer to, each watched by itself for as long as a pod needs it: a
 * kubelet may see no others. So a change is known at once, and a container that ends while the API is away can be
 * started again from what is known.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { ConfigMap, KubeObject, Pod, Secret } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { type Informer, startInformer } from '../../client/informer/informer.js';
import { configMaps, secrets } from '../../client/resources.js';

/** What one pod may read, all in its own namespace. Each answers undefined when there is no such object. */
export interface PodObjects {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
}

export interface FollowedObjectsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

interface Followed {
  informer: Informer;
  /** Uids of the pods that have asked for it. */
  pods: Set<string>;
  end: AbortController;
}

/** How long the first reader of an object waits for the API. */
const firstLookMs = 2_000;

export class FollowedObjects {
  readonly #followed = new Map<string, Followed>();
  #changed: (uid: string) => void = () => {};

  constructor(private readonly options: FollowedObjectsOptions) {}

  /** Called with the uid of each pod that has read the object that changed. */
  onChange(changed: (uid: string) => void): void {
    this.#changed = changed;
  }

  /** What is read here is followed until the pod is released. Throws while the API has not said what there is. */
  of({ metadata: { uid = '', namespace = '' } }: Pod): PodObjects {
    return {
      configMap: name => this.#read(configMaps, uid, namespace, name),
      secret: name => this.#read(secrets, uid, namespace, name),
    };
  }

  release(uid: string): void {
    for (const [key, { pods, end }] of this.#followed) {
      pods.delete(uid);
      if (pods.size > 0) continue;
      end.abort();
      this.#followed.delete(key);
    }
  }

  async #read<T extends KubeObject>(
    resource: Resource<T>,
    uid: string,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const key = `${resource.plural}/${namespace}/${name}`;
    const followed = this.#followed.get(key) ?? this.#follow(key, resource, namespace, name);
    followed.pods.add(uid);
    const { informer } = followed;
    if (!informer.isSynced) await this.#firstLook(informer);
    if (!informer.isSynced)
      throw new Error(`failed to sync ${resource.kind.toLowerCase()} cache: timed out waiting for the condition`);
    return informer.get({ namespace, name }) as T | undefined;
  }

  #follow(key: string, resource: Resource, namespace: string, name: string): Followed {
    const { signal, ...options } = this.options;
    const end = new AbortController();
    const informer = startInformer({
      ...options,
      resource,
      selection: { namespace, fieldSelector: `metadata.name=${name}` },
      random: Math.random,
      signal: AbortSignal.any([signal, end.signal]),
    });
    const followed = { informer, pods: new Set<string>(), end };
    this.#followed.set(key, followed);
    void informer.synced.then(() => informer.onChange(() => followed.pods.forEach(this.#changed)));
    return followed;
  }

  async #firstLook({ synced }: Informer): Promise<void> {
    const enough = new AbortController();
    await Promise.race([synced, this.options.clock.sleep(firstLookMs, enough.signal)]);
    enough.abort();
  }
}
