/** What the scheduler watches. Kinds that an older server does not have are as if there were none of them. */

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
import type { Client, Resource } from '../client/client.js';
import { Informer, type InformerOptions } from '../client/informer/informer.js';
import * as kinds from '../client/resources.js';
import type { VolumeObjects } from './volumes/objects.js';

type Common = Pick<InformerOptions<KubeObject>, 'client' | 'clock' | 'random' | 'log' | 'signal'>;

export interface Sources {
  nodes: Informer<Node>;
  pods: Informer<Pod>;
  namespaces: Informer<Namespace>;
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
  const ifServed = async <T extends KubeObject>(
    resource: Resource<T>,
    more: Partial<InformerOptions<T>> = {},
  ): Promise<Informer<T> | undefined> => ((await isServed(common.client, resource)) ? of(resource, more) : undefined);
  const [budgets, csiNodes, csiDrivers, capacities] = await Promise.all([
    ifServed(kinds.podDisruptionBudgets),
    ifServed(kinds.csiNodes),
    ifServed(kinds.csiDrivers),
    ifServed(kinds.csiStorageCapacities, { indexes: { [bySclass]: capacity => [capacity.storageClassName] } }),
  ]);
  return {
    nodes: of(kinds.nodes),
    pods: of(kinds.pods, { selection: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' } }),
    namespaces: of(kinds.namespaces),
    claims: of(kinds.persistentVolumeClaims),
    volumes: of(kinds.persistentVolumes),
    classes: of(kinds.storageClasses),
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

/** What cannot be told for certain may be there: its informer will say so. */
async function isServed(client: Client, { group, plural, version }: Resource): Promise<boolean> {
  try {
    const { body } = await client.raw(`/apis/${group}/${version}`, { accept: 'application/json' });
    const { resources = [] } = JSON.parse(body.toString('utf8')) as { resources?: { name: string }[] };
    return resources.some(({ name }) => name === plural);
  } catch (error) {
    return !(error instanceof StatusError && error.code === 404);
  }
}
