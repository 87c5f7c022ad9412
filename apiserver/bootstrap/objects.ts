/** What every cluster has from its first moment on: the system's namespaces, and the address of the API server itself. */
import { systemPriorityClasses } from '../../api/kinds/scheduling/priorityclass.js';
import type { AnyObject } from '../../api/types.js';
import { parseRange, toAddress } from '../registry/services/addresses.js';

export const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

export const namespaceObject = (name: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

/** The priorities that the system's own pods have. */
export const priorityClassObjects = (): AnyObject[] =>
  systemPriorityClasses.map(({ name, value, description }) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  }));

export interface Advertised {
  /** Where pods and nodes reach this server. */
  address: string;
  port: number;
  serviceCidr: string;
}

const metadata = (labels: Record<string, string>) => ({ name: 'kubernetes', namespace: 'default', labels });

/** The `kubernetes` service has the first address of the range, so that every pod can know it. */
export function kubernetesService({ port, serviceCidr }: Advertised): AnyObject {
  const clusterIP = toAddress(parseRange(serviceCidr).base + 1);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata({ component: 'apiserver', provider: 'kubernetes' }),
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    },
  };
}

export const kubernetesEndpoints = ({ address, port }: Advertised): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  // No controller mirrors them: the slice below is written with them.
  metadata: metadata({ 'endpointslice.kubernetes.io/skip-mirror': 'true' }),
  subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
});

export const kubernetesSlice = ({ address, port }: Advertised): AnyObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: metadata({ 'kubernetes.io/service-name': 'kubernetes' }),
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [{ name: 'https', port, protocol: 'TCP' }],
});
