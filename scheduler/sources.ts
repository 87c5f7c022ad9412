/** What the scheduler watches. Kinds that an older server does not have, or does not let it read, are as if there were none of them. */

import { StatusError } from '../api/status.js';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  KubeObject,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  StorageClass,
} from '../api/types.js';
import type { Resource } from '../client/client.js';
import { Informer, type InformerOptions } from '../client/informer/informer.js';
import * as kinds from '../client/resources.js';
import type { VolumeObjects } from './volumes/objects.js';

type Common = Pick<InformerOptions<KubeObject>, 'client' | 'clock' | 'random' | 'log' | 'signal'>;

export interface Sources {
  nodes: Informer<Node>;
  pods: Informer<Pod>;
  namespaces: Informer<Namespace> | undefined;
  budgets: Informer<PodDisruptionBudget> | undefined;
  claims: Informer<PersistentVolumeClaim>;
  volumes: Informer<PersistentVolume>;
  classes: Informer<StorageClass>;
  csiNodes: Informer<CSINode> | undefined;
  csiDrivers: Informer<CSIDriver> | undefined;
  capacities: Informer<CSIStorageCapacity> | undefined;
}

const bySclass = 'storageClass';

export async function openSources(common: Common): Promise<Sources> {
  const of = <T extends KubeObject>(resource: Resource<T>, more: Partial<InformerOptions<T>> = {}): Informer<T> =>
    new Informer<T>({ ...common, resource, ...more });
  const ifReadable = async <T extends KubeObject>(
    resource: Resource<T>,
    more: Partial<InformerOptions<T>> = {},
  ): Promise<Informer<T> | undefined> => ((await isReadable(common, resource)) ? of(resource, more) : undefined);
  const [namespaces, budgets, csiNodes, csiDrivers, capacities] = await Promise.all([
    ifReadable(kinds.namespaces),
    ifReadable(kinds.podDisruptionBudgets),
    ifReadable(kinds.csiNodes),
    ifReadable(kinds.csiDrivers),
    ifReadable(kinds.csiStorageCapacities, { indexes: { [bySclass]: capacity => [capacity.storageClassName] } }),
  ]);
  return {
    nodes: of(kinds.nodes),
    pods: of(kinds.pods, { selection: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' } }),
    claims: of(kinds.persistentVolumeClaims),
    volumes: of(kinds.persistentVolumes),
    classes: of(kinds.storageClasses),
    namespaces,
    budgets,
    csiNodes,
    csiDrivers,
    capacities,
  };
}

export const informersOf = (sources: Sources): Informer[] =>
  Object.values(sources).filter(informer => informer !== undefined) as unknown as Informer[];

export const volumeObjects = ({
  claims,
  volumes,
  classes,
  csiNodes,
  csiDrivers,
  capacities,
}: Sources): VolumeObjects => ({
  claim: key => claims.cache.get(key),
  volume: name => volumes.get({ name }),
  volumes: () => volumes.list(),
  storageClass: name => classes.get({ name }),
  csiNode: name => csiNodes?.get({ name }),
  csiDriver: name => csiDrivers?.get({ name }),
  capacities: name => capacities?.byIndex(bySclass, name) ?? [],
});

/** Kubernetes 1.20's scheduler may not read namespaces. What cannot be told for certain may be read. */
async function isReadable({ client, log, signal }: Common, resource: Resource): Promise<boolean> {
  try {
    await client.list(resource, { limit: 1, signal });
    return true;
  } catch (error) {
    const absent = error instanceof StatusError && (error.code === 404 || error.code === 403);
    if (absent)
      log.warn({ resource: resource.plural, reason: error.message }, 'goes on without what the server does not show');
    return !absent;
  }
}
