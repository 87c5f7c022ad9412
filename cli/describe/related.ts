/** What kinds are told with: read from the server; what may not be read, or is not there, is left out. */
import { labelSelectorOf } from '../../api/selectors/index.js';
import { StatusError } from '../../api/status.js';
import type { AnyObject, KubeObject, LabelSelector, ReplicationController } from '../../api/types.js';
import type { Client, ListCallOptions, Resource } from '../../client/client.js';
import * as kinds from '../../client/resources.js';
import type { Surroundings } from './index.js';

type Related = Partial<Surroundings>;
type Read = (client: Client, object: AnyObject) => Promise<Related>;

const near = ({ metadata }: AnyObject): { namespace: string } => ({ namespace: metadata.namespace ?? '' });

async function podsSelected(client: Client, object: AnyObject): Promise<Related> {
  const { selector } = object.spec as { selector?: LabelSelector };
  const labels =
    object.kind === 'ReplicationController'
      ? { matchLabels: (object as ReplicationController).spec?.selector }
      : selector;
  const labelSelector = labelSelectorOf(labels as LabelSelector).toString();
  return kept('pods', await listed(client, kinds.pods, { ...near(object), labelSelector }));
}

const podsNear: Read = async (client, object) => kept('pods', await listed(client, kinds.pods, near(object)));

const readers: Readonly<Record<string, Read>> = {
  'v1 Service': async (client, object) => {
    const labelSelector = `kubernetes.io/service-name=${object.metadata.name}`;
    return kept('slices', await listed(client, kinds.endpointSlices, { ...near(object), labelSelector }));
  },
  'v1 ReplicationController': podsSelected,
  'apps/v1 ReplicaSet': podsSelected,
  'apps/v1 StatefulSet': podsSelected,
  'apps/v1 DaemonSet': podsSelected,
  'v1 PersistentVolumeClaim': podsNear,
  'apps/v1 Deployment': async (client, object) =>
    kept('replicaSets', await listed(client, kinds.replicaSets, near(object))),
  'networking.k8s.io/v1 Ingress': async (client, object) => {
    const [services, slices] = await Promise.all([
      listed(client, kinds.services, near(object)),
      listed(client, kinds.endpointSlices, near(object)),
    ]);
    return { ...kept('services', services), ...kept('slices', slices) };
  },
  'v1 Namespace': async (client, { metadata }) => {
    const inside = { namespace: metadata.name ?? '' };
    const [quotas, limits] = await Promise.all([
      listed(client, kinds.resourceQuotas, inside),
      listed(client, kinds.limitRanges, inside),
    ]);
    return { ...kept('quotas', quotas), ...kept('limits', limits) };
  },
  'v1 Node': async (client, { metadata }) => {
    const { name = '' } = metadata;
    const [pods, lease] = await Promise.all([
      listed(client, kinds.pods, { fieldSelector: `spec.nodeName=${name}` }),
      readable(client.get(kinds.leases, { namespace: 'kube-node-lease', name })),
    ]);
    return { ...kept('pods', pods), ...kept('lease', lease) };
  },
  // The reader of requests is large, and few descriptions need it.
  'certificates.k8s.io/v1 CertificateSigningRequest': async (_, object) => {
    const { readRequest } = await import('../../api/certificates/request.js');
    return { names: readRequest((object.spec as { request?: string }).request ?? '').names };
  },
};

export const relatedTo: Read = async (client, object) =>
  (await readers[`${object.apiVersion} ${object.kind}`]?.(client, object)) ?? {};

const kept = <K extends keyof Related>(key: K, value: Related[K] | undefined): Related =>
  value === undefined ? {} : { [key]: value };

const listed = async <T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  options: ListCallOptions,
): Promise<T[] | undefined> => (await readable(client.list(resource, options)))?.items;

async function readable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}
