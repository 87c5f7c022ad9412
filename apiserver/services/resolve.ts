/** From a service to one of its pods, for calls that this server makes itself: it needs no proxy on its machine. */
import type { EndpointSlice, Service } from '../../api/types.js';
import type { Lookup } from '../contracts.js';

export interface ServiceAddress {
  namespace: string;
  name: string;
  port: number;
}

/** Throws an Error when there is no such service or port, or nothing behind it. */
export function resolveService(
  lookup: Lookup,
  { namespace, name, port }: ServiceAddress,
  random: () => number = Math.random,
): { host: string; port: number } {
  const service = lookup.get({ group: '', resource: 'services' }, namespace, name) as unknown as Service | undefined;
  if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { type, externalName, ports = [] } = service.spec ?? {};
  if (type === 'ExternalName') return { host: externalName ?? '', port };
  const served = ports.find(each => each.port === port);
  if (!served) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const slices = [...lookup.list({ group: 'discovery.k8s.io', resource: 'endpointslices' }, namespace)];
  const found = (slices as unknown as EndpointSlice[])
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap(slice => readyAddresses(slice, served.name ?? ''));
  const chosen = found[Math.floor(random() * found.length)];
  if (!chosen) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

function readyAddresses({ endpoints, ports }: EndpointSlice, portName: string): { host: string; port: number }[] {
  const port = ports?.find(each => (each.name ?? '') === portName)?.port;
  if (port == null) return [];
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.slice(0, 1).map(host => ({ host, port })));
}
