/** Where a Service is reached from here: at one of the pods behind it, so that no proxy is needed on this machine. */
import { statusError } from '../../api/status.js';
import type { EndpointSlice, Service } from '../../api/types.js';
import type { Lookup } from '../contracts.js';

export interface ServiceName {
  namespace: string;
  name: string;
  port: number;
}

export interface Destination {
  host: string;
  port: number;
}

/** `random` in [0, 1) chooses among several. Throws ServiceUnavailable when there is none that is ready. */
export function destinationOf(
  lookup: Lookup,
  { namespace, name, port }: ServiceName,
  random: () => number,
): Destination {
  const service = lookup.get({ group: '', resource: 'services' }, namespace, name) as unknown as Service | undefined;
  if (!service) throw statusError('ServiceUnavailable', `service ${JSON.stringify(name)} not found`);
  const { type, externalName, ports = [], clusterIP } = service.spec ?? {};
  if (type === 'ExternalName' && externalName) return { host: externalName, port };
  const wanted = ports.find(of => of.port === port);
  if (!wanted)
    throw statusError('ServiceUnavailable', `no service port ${port} found for service ${JSON.stringify(name)}`);
  const ready = readyEndpoints(lookup, namespace, name, wanted.name ?? '');
  const chosen = ready[Math.floor(random() * ready.length)];
  if (chosen) return chosen;
  // Without endpoints of its own a service may still be one that somebody else answers for.
  if (clusterIP && clusterIP !== 'None' && !service.spec?.selector) return { host: clusterIP, port };
  throw statusError('ServiceUnavailable', `no endpoints available for service ${JSON.stringify(name)}`);
}

function readyEndpoints(lookup: Lookup, namespace: string, service: string, portName: string): Destination[] {
  const found: Destination[] = [];
  for (const object of lookup.list({ group: 'discovery.k8s.io', resource: 'endpointslices' }, namespace)) {
    const slice = object as unknown as EndpointSlice;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service) continue;
    const port = slice.ports?.find(of => (of.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue;
      for (const host of endpoint.addresses) found.push({ host, port });
    }
  }
  return found;
}
