/** Where a request to a pod, a service or a node through the API server goes: decided from objects alone. */
import { badRequest, notFound, statusError } from '../../api/status.js';
import type { AnyObject, EndpointSlice, Pod, Service } from '../../api/types.js';
import type { Lookup, RequestInfo } from '../contracts.js';
import { kubeletOf } from '../streaming/target.js';
import { schemeNamePort } from './address.js';

export interface Backend {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  /** The node whose kubelet it is: it is called with the API server's own certificate, which nobody else is shown. */
  kubelet?: string;
}

export interface TargetOptions {
  lookup: Lookup;
  /** Whether an address may be proxied to; see address.ts. */
  proxyable(address: string): boolean;
  /** From 0 to 1. */
  random(): number;
}

/** Throws a StatusError: NotFound, ServiceUnavailable for a service without endpoints, BadRequest for what may not be. */
export function backendOf(info: RequestInfo, options: TargetOptions): Backend {
  const kind = info.resource.slice(0, -1);
  const asked = schemeNamePort(info.name);
  if (!asked) throw badRequest(`invalid ${kind} request ${JSON.stringify(info.name)}`);
  const { scheme, name, port } = asked;
  switch (info.resource) {
    case 'pods':
      return podBackend(info.namespace, name, scheme || 'http', port, options);
    case 'services':
      return serviceBackend(info.namespace, name, scheme || 'http', port, options);
    default:
      return nodeBackend(name, scheme || 'http', port, options);
  }
}

type Scheme = Backend['scheme'];

const pods = { group: '', resource: 'pods' };

function podBackend(
  namespace: string,
  name: string,
  scheme: Scheme,
  port: string,
  { lookup, proxyable }: TargetOptions,
): Backend {
  const pod = lookup.get(pods, namespace, name) as unknown as Pod | undefined;
  if (!pod) throw notFound({ ...pods, name });
  const host = pod.status?.podIP ?? '';
  if (!proxyable(host)) throw badRequest('address not allowed');
  const declared = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const fallback = scheme === 'https' ? 443 : 80;
  return { scheme, host, port: port === '' ? (declared ?? fallback) : portNumber(port) };
}

function portNumber(port: string): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number >= 1 && number <= 65535) return number;
  throw badRequest(`${JSON.stringify(port)} is no port: it must be a number from 1 to 65535`);
}

function nodeBackend(name: string, scheme: Scheme, port: string, { lookup, proxyable }: TargetOptions): Backend {
  const kubelet = kubeletOf(lookup, name);
  if (port === '' || port === String(kubelet.port)) {
    return { scheme: 'https', host: kubelet.host, port: kubelet.port, kubelet: name };
  }
  if (!proxyable(kubelet.host)) throw badRequest('address not allowed');
  return { scheme, host: kubelet.host, port: portNumber(port) };
}

/** Of the pods behind the service that are ready, any one: addresses that somebody merely wrote down are not asked. */
function serviceBackend(
  namespace: string,
  name: string,
  scheme: Scheme,
  port: string,
  options: TargetOptions,
): Backend {
  const { lookup, random } = options;
  const services = { group: '', resource: 'services' };
  const service = lookup.get(services, namespace, name) as unknown as Service | undefined;
  if (!service) throw notFound({ ...services, name });
  const portName = portNameOf(service, port);
  const candidates: Backend[] = [];
  for (const slice of slicesOf(lookup, namespace, name)) {
    const found = (slice.ports ?? []).find(({ name: own }) => (own ?? '') === portName)?.port;
    if (found === undefined) continue;
    for (const host of readyPods(slice, namespace, options)) candidates.push({ scheme, host, port: found });
  }
  const chosen = candidates[Math.floor(random() * candidates.length)];
  if (chosen) return chosen;
  throw statusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(name)}`);
}

/** Ports of endpoints are found by name; a number is that of the service's own port. */
function portNameOf(service: Service, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = service.spec?.ports?.find(candidate => candidate.port === Number(port));
  if (found) return found.name ?? '';
  const name = JSON.stringify(service.metadata.name);
  throw statusError('ServiceUnavailable', `no service port ${port} found for service ${name}`);
}

function slicesOf(lookup: Lookup, namespace: string, service: string): EndpointSlice[] {
  const all = lookup.list({ group: 'discovery.k8s.io', resource: 'endpointslices' }, namespace);
  return [...(all as Iterable<AnyObject>)].filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service,
  ) as unknown as EndpointSlice[];
}

function* readyPods(
  { endpoints }: EndpointSlice,
  namespace: string,
  { lookup, proxyable }: TargetOptions,
): Iterable<string> {
  for (const { addresses, conditions, targetRef } of endpoints ?? []) {
    if (conditions?.ready === false || targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) continue;
    const pod = lookup.get(pods, namespace, targetRef.name ?? '') as unknown as Pod | undefined;
    const own = new Set([pod?.status?.podIP, ...(pod?.status?.podIPs ?? []).map(({ ip }) => ip)]);
    for (const address of addresses) if (own.has(address) && proxyable(address)) yield address;
  }
}
