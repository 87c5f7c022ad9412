/** What every cluster has from its first moment on: the system's namespaces, and the address of the API server itself. */
import { systemPriorityClasses } from '../../api/kinds/scheduling/priorityclass.js';
import type { AnyObject } from '../../api/types.js';
import { canonicalRange, parseRange, toAddress } from '../registry/services/addresses.js';

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
  port: number;
  serviceCidr: string;
}

/** The `kubernetes` service has the first address of the range, so that every pod can know it. */
export function kubernetesService({ port, serviceCidr }: Advertised): AnyObject {
  const clusterIP = toAddress(parseRange(serviceCidr).base + 1);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    },
  };
}

/** What other ranges are added to, and what shows the range of the flags. */
export const serviceCidrObject = ({ serviceCidr }: Pick<Advertised, 'serviceCidr'>): AnyObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [canonicalRange(serviceCidr)] },
});
