/** Services and EndpointSlices, as the API has them, become the proxy's state. IPv4 only: other families are left out. */
import { isIPv4 } from 'node:net';
import type { Endpoint, EndpointSlice, Service } from '../../api/types.js';
import type { Backend, Protocol, ServicePort, State, Surroundings } from './state.js';

const serviceNameLabel = 'kubernetes.io/service-name';
/** Of services that are another proxy's, or nobody's: an address that they have all the same is not served. */
const unservedLabels = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];
const defaultAffinitySeconds = 10_800;

type Spec = NonNullable<Service['spec']>;
type Port = NonNullable<Spec['ports']>[number];

export function stateFrom(
  services: Iterable<Service>,
  slices: Iterable<EndpointSlice>,
  nodeName: string,
  surroundings: Surroundings,
): State {
  const slicesOf = byService(slices);
  const ports: ServicePort[] = [];
  for (const service of services) {
    const { spec } = service;
    if (!spec || !isProxied(service)) continue;
    const own = slicesOf.get(keyOf(service.metadata.namespace, service.metadata.name)) ?? [];
    for (const port of spec.ports ?? []) {
      const here = isForEachNode(service, own) ? dnsBackends(port, surroundings) : undefined;
      const backends = here ?? backendsOf(own, port, nodeName);
      ports.push(servicePort(service, spec, port, backends));
    }
  }
  return { ...surroundings, ports: ports.sort(inOrder) };
}

const keyOf = (namespace: string | undefined, name: string | undefined): string => `${namespace}/${name}`;

function byService(slices: Iterable<EndpointSlice>): Map<string, EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (!service || slice.addressType !== 'IPv4') continue;
    const key = keyOf(slice.metadata.namespace, service);
    const others = found.get(key);
    if (others) others.push(slice);
    else found.set(key, [slice]);
  }
  return found;
}

/** Headless services and external names have no address to serve. */
function isProxied({ metadata, spec }: Service): boolean {
  const { labels = {} } = metadata;
  if (unservedLabels.some(label => labels[label] !== undefined) || spec?.type === 'ExternalName') return false;
  return clusterIPOf(spec) !== undefined;
}

const clusterIPOf = (spec: Spec | undefined): string | undefined =>
  [spec?.clusterIP ?? '', ...(spec?.clusterIPs ?? [])].find(ip => isIPv4(ip));

/**
 * The DNS service as `orrery up` makes it, which nobody answers but each node for itself. Whoever has a DNS of his own gives the
 * service a selector, or endpoints.
 */
const isForEachNode = ({ metadata, spec }: Service, slices: readonly EndpointSlice[]): boolean =>
  metadata.namespace === 'kube-system' &&
  metadata.name === 'kube-dns' &&
  Object.keys(spec?.selector ?? {}).length === 0 &&
  slices.every(({ endpoints }) => (endpoints ?? []).length === 0);

function dnsBackends({ port, protocol = 'TCP' }: Port, { dns }: Surroundings): Backend[] | undefined {
  if (!dns || port !== 53 || protocol === 'SCTP') return undefined;
  return [{ ...dns, ready: true, draining: false, local: true }];
}

function servicePort(service: Service, spec: Spec, port: Port, backends: Backend[]): ServicePort {
  const { namespace, name } = service.metadata;
  const affinity = spec.sessionAffinity === 'ClientIP';
  return {
    name: `${namespace}/${name}${port.name ? `:${port.name}` : ''}`,
    protocol: (port.protocol ?? 'TCP') as Protocol,
    clusterIP: clusterIPOf(spec) ?? '',
    port: port.port,
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    externalIPs: externalIPsOf(service, spec),
    ...(affinity
      ? { affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds }
      : {}),
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: spec.externalTrafficPolicy === 'Local',
    backends,
  };
}

/** A load balancer that may be used from some addresses only is left to itself: its rules are not ours to weaken. */
function externalIPsOf({ status }: Service, spec: Spec): string[] {
  const balancer = spec.loadBalancerSourceRanges?.length ? [] : (status?.loadBalancer?.ingress ?? []);
  const balanced = balancer.filter(ingress => ingress.ipMode !== 'Proxy').map(ingress => ingress.ip ?? '');
  return [...new Set([...(spec.externalIPs ?? []), ...balanced])].filter(ip => isIPv4(ip)).sort();
}

function backendsOf(slices: readonly EndpointSlice[], port: Port, nodeName: string): Backend[] {
  const found = new Map<string, Backend>();
  for (const slice of slices) {
    const number = slice.ports?.find(p => (p.name ?? '') === (port.name ?? '') && samePort(p.protocol, port))?.port;
    if (number === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      for (const ip of endpoint.addresses.filter(address => isIPv4(address))) {
        const backend = backendOf(endpoint, ip, number, nodeName);
        const before = found.get(`${ip}:${number}`);
        // While an endpoint moves from one slice to another it is in both; the better news holds.
        if (!before || (backend.ready && !before.ready)) found.set(`${ip}:${number}`, backend);
      }
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
}

const samePort = (protocol: string | undefined, port: Port): boolean =>
  (protocol ?? 'TCP') === (port.protocol ?? 'TCP');

/** What an endpoint does not say counts as ready; `serving` is what `ready` would be without the shutdown. */
function backendOf(endpoint: Endpoint, ip: string, port: number, here: string): Backend {
  const { conditions, deprecatedTopology } = endpoint;
  // Kubernetes' controllers before 1.21 say by a label where an endpoint is.
  const nodeName = endpoint.nodeName ?? deprecatedTopology?.['kubernetes.io/hostname'];
  const ready = conditions?.ready ?? true;
  const draining = (conditions?.serving ?? ready) && (conditions?.terminating ?? false);
  return { ip, port, ready, draining, local: nodeName === here };
}

function inOrder(a: ServicePort, b: ServicePort): number {
  const [x, y] = [`${a.name} ${a.protocol}`, `${b.name} ${b.protocol}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
