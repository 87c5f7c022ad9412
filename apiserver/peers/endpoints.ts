/** What leads from the `kubernetes` service to the API servers. */
import type { AnyObject } from '../../api/types.js';

/** Where pods and nodes reach an API server. Those on machines of their own have one port; those on one machine, one address. */
export interface Peer {
  address: string;
  port: number;
}

const name = 'kubernetes';
const metadata = (labels: Record<string, string>, suffix = '') => ({
  name: name + suffix,
  namespace: 'default',
  labels,
});
const portOf = (port: number) => ({ name: 'https', port, protocol: 'TCP' });

/** One subset for each port, in the order of the ports. */
export const kubernetesEndpoints = (peers: readonly Peer[]): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  // No controller mirrors them: the slices below are written with them.
  metadata: metadata({ 'endpointslice.kubernetes.io/skip-mirror': 'true' }),
  subsets: byPort(peers).map(([port, addresses]) => ({
    addresses: addresses.map(ip => ({ ip })),
    ports: [portOf(port)],
  })),
});

/** A slice has the same ports for all its endpoints: there is one for each port, and the first has Kubernetes' name. */
export const kubernetesSlices = (peers: readonly Peer[]): AnyObject[] =>
  byPort(peers).map(([port, addresses], i) => ({
    ...kubernetesSlice(i),
    endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
    ports: [portOf(port)],
  }));

/** The slice of the port with that number in the order, without what is in it. */
export const kubernetesSlice = (index: number): AnyObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: metadata({ 'kubernetes.io/service-name': name }, index === 0 ? '' : `-${index + 1}`),
  addressType: 'IPv4',
});

function byPort(peers: readonly Peer[]): [port: number, addresses: string[]][] {
  const addresses = new Map<number, string[]>();
  for (const { port, address } of peers) addresses.set(port, [...(addresses.get(port) ?? []), address]);
  return [...addresses].sort(([a], [b]) => a - b);
}
