/** One EndpointSlice: what it is called, whose it is, and what it says of a backend. */
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, EndpointSlice, Service } from '../../api/types.js';
import { type AddressType, type Backend, type BackendPort, headlessLabel, isHeadless } from '../backends.js';
import { controllerReference } from '../owned.js';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';

export function newSlice(
  service: Service,
  addressType: AddressType,
  ports: readonly BackendPort[],
  members: Endpoint[],
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? '',
      labels: labelsFor(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    endpoints: members,
    ports: ports.map(port => ({ ...port })),
  };
}

/** The service's own labels, and those by which consumers find the slices of a service and who keeps them. */
export function labelsFor(service: Service): Record<string, string> {
  const { [headlessLabel]: _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [serviceNameLabel]: service.metadata.name ?? '',
    [managedByLabel]: managedBy,
  };
}

export function endpointFor(backend: Backend, zone: string | undefined): Endpoint {
  const { ip, ready, serving, terminating, hostname, nodeName, targetRef } = backend;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    targetRef,
  };
}

/** An endpoint stays the same one while its address and pod do. */
export const identity = (endpoint: Endpoint): string => `${endpoint.addresses[0]} ${endpoint.targetRef?.uid}`;

/** What slices of the same family and ports have in common; they may take each other's endpoints. */
export const portsKey = (ports: EndpointSlice['ports']): string =>
  JSON.stringify((ports ?? []).map(p => [p.name ?? '', p.port, p.protocol ?? 'TCP', p.appProtocol ?? '']).sort());

export function sameSlice(a: EndpointSlice, b: EndpointSlice): boolean {
  const shown = ({ metadata, endpoints }: EndpointSlice) => [metadata.labels ?? {}, endpoints ?? []];
  return isDeepStrictEqual(shown(a), shown(b));
}
