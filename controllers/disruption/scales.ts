/** How many pods the owner of a pod means to have: read from the caches where it is known, else from its scale subresource. */
import { StatusError } from '../../api/status.js';
import type { KubeObject, OwnerReference, Pod, Scale } from '../../api/types.js';
import type { Client, Resource } from '../../client/client.js';
import { deployments, replicaSets, replicationControllers, statefulSets } from '../../client/resources.js';
import type { Reader } from '../../client/runtime/controller.js';
import type { Discovered } from '../discovery.js';
import { controllerOf } from '../pod-state.js';

type Scalable = KubeObject & { spec?: { replicas?: number } };

export interface Scales {
  /** Of each different owner, one. Throws an Error that says which owner cannot be asked. */
  of(pods: readonly Pod[], read: Reader, signal: AbortSignal): Promise<number[]>;
}

/** `client` reads scale subresources; `served` says under which names. */
export function scalesBy(client: Pick<Client, 'raw'>, served: readonly Discovered[]): Scales {
  return {
    async of(pods, read, signal) {
      const owners = new Map<string, { owner: OwnerReference; pod: Pod }>();
      for (const pod of pods) {
        const owner = controllerOf(pod);
        if (owner) owners.set(owner.uid, { owner, pod });
      }
      const found = await Promise.all(
        [...owners.values()].map(({ owner, pod }) => sizeOf(owner, pod.metadata.namespace ?? '', read, signal)),
      );
      // Pods of one deployment may be of several ReplicaSets.
      return [...new Map(found.map(({ uid, size }) => [uid, size])).values()];
    },
  };

  async function sizeOf(owner: OwnerReference, namespace: string, read: Reader, signal: AbortSignal) {
    return cached(owner, namespace, read) ?? { uid: owner.uid, size: await asked(owner, namespace, signal) };
  }

  async function asked(owner: OwnerReference, namespace: string, signal: AbortSignal): Promise<number> {
    const [group = '', version = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : ['', 'v1'];
    const resource = served.find(one => one.group === group && one.kind === owner.kind);
    const who = `${owner.kind} ${namespace}/${owner.name}`;
    if (!resource) throw new Error(`the server does not serve ${owner.apiVersion} ${who}, so its size is not known`);
    const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const path = `${root}/namespaces/${namespace}/${resource.plural}/${owner.name}/scale`;
    try {
      const { body } = await client.raw(path, { signal });
      const { metadata, spec } = JSON.parse(body.toString('utf8')) as Scale;
      if (metadata.uid === owner.uid) return spec?.replicas ?? 0;
      throw new Error(`found no controllers for the pods of ${who}: another one has its name`);
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      throw new Error(`${resource.plural}${group ? `.${group}` : ''} does not implement the scale subresource`);
    }
  }
}

function cached(owner: OwnerReference, namespace: string, read: Reader): { uid: string; size: number } | undefined {
  const find = (resource: Resource<Scalable>): Scalable | undefined => {
    if (owner.kind !== resource.kind) return undefined;
    const found = read.get(resource, { namespace, name: owner.name });
    return found?.metadata.uid === owner.uid ? found : undefined;
  };
  const answer = (object: Scalable) => ({ uid: object.metadata.uid ?? '', size: object.spec?.replicas ?? 1 });
  const set = find(replicaSets as Resource<Scalable>);
  if (set) {
    const above = controllerOf(set);
    if (above?.kind !== 'Deployment') return answer(set);
    const deployment = read.get(deployments, { namespace, name: above.name });
    return deployment?.metadata.uid === above.uid ? answer(deployment as Scalable) : answer(set);
  }
  const other = [replicationControllers, statefulSets].map(resource => find(resource as Resource<Scalable>));
  const found = other.find(object => object !== undefined);
  return found && answer(found);
}
