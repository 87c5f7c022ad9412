/** What leads from the `kubernetes` service to the API servers. */
import type { AnyObject } from '../../api/types.js';

const metadata = (labels: Record<string, string>) => ({ name: 'kubernetes', namespace: 'default', labels });

/** All API servers of a cluster listen on the same port, as Kubernetes' do. */
export interface Peers {
  addresses: readonly string[];
  port: number;
}

export const kubernetesEndpoints = ({ addresses, port }: Peers): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  // No controller mirrors them: the slice below is written with them.
  metadata: metadata({ 'endpointslice.kubernetes.io/skip-mirror': 'true' }),
  subsets: [{ addresses: addresses.map(ip => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }],
});

export const kubernetesSlice = ({ addresses, port }: Peers): AnyObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: metadata({ 'kubernetes.io/service-name': 'kubernetes' }),
  addressType: 'IPv4',
  endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
  ports: [{ name: 'https', port, protocol: 'TCP' }],
});
