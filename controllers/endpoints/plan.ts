/** The Endpoints of a service, as they should be. Pure: see controller.ts for the promise. */
import { isDeepStrictEqual } from 'node:util';
import type { Endpoints, Pod, Service } from '../../api/types.js';
import { type AddressType, type Backend, backendsOf, headlessLabel, isHeadless } from '../backends.js';
import { named } from '../keys.js';

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

export const managedByLabel = 'endpoints.kubernetes.io/managed-by';
export const managedBy = 'endpoint-controller';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
/** An Endpoints object holds no more addresses than this; EndpointSlices are for more. */
const capacity = 1000;

/** The object to create or to update to; undefined when what is there is right. */
export function planFor(
  service: Service,
  pods: readonly Pod[],
  existing: Endpoints | undefined,
): Endpoints | undefined {
  const { kept, truncated } = withinCapacity(listed(service, pods));
  const { annotations: noted, ...metadata } = existing?.metadata ?? (named(service) as Endpoints['metadata']);
  const { [overCapacity]: _, ...others } = noted ?? {};
  const annotations = { ...others, ...(truncated ? { [overCapacity]: 'truncated' } : {}) };
  const wanted: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      labels: labelsFor(service),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    subsets: subsetsOf(kept),
  };
  return existing && same(wanted, existing) ? undefined : wanted;
}

function same(a: Endpoints, b: Endpoints): boolean {
  const shown = ({ metadata, subsets }: Endpoints) => [
    metadata.labels ?? {},
    metadata.annotations ?? {},
    subsets ?? [],
  ];
  return isDeepStrictEqual(shown(a), shown(b));
}

function labelsFor(service: Service): Record<string, string> {
  const { [headlessLabel]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}), [managedByLabel]: managedBy };
}

/** Terminating pods are listed only where all are published. Endpoints speak of one address family: the first. */
function listed(service: Service, pods: readonly Pod[]): Backend[] {
  const family = (service.spec?.ipFamilies?.[0] ?? 'IPv4') as AddressType;
  const all = backendsOf(service, pods, family);
  const living = all.filter(b => !b.terminating || service.spec?.publishNotReadyAddresses === true);
  const portless = (service.spec?.ports ?? []).length === 0 && isHeadless(service);
  return living.filter(b => portless || b.ports.length > 0);
}

/** Ready addresses have the first claim on the room there is. */
function withinCapacity(backends: Backend[]): { kept: Backend[]; truncated: boolean } {
  if (backends.length <= capacity) return { kept: backends, truncated: false };
  const ready = backends.filter(b => b.ready);
  const others = backends.filter(b => !b.ready);
  return { kept: [...ready, ...others].slice(0, capacity), truncated: true };
}

/** Addresses that have the same ports stand in one subset. */
function subsetsOf(backends: readonly Backend[]): Subset[] {
  const byPorts = new Map<string, Backend[]>();
  for (const backend of backends) {
    const ports = JSON.stringify(backend.ports);
    byPorts.set(ports, [...(byPorts.get(ports) ?? []), backend]);
  }
  const inOrder = [...byPorts].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, group]) => {
    const addresses = group.filter(b => b.ready).map(addressOf);
    const notReadyAddresses = group.filter(b => !b.ready).map(addressOf);
    const ports = (group[0]?.ports ?? []).map(({ name, ...port }) => ({ ...(name ? { name } : {}), ...port }));
    return {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    };
  });
}

const addressOf = ({ ip, hostname, nodeName, targetRef }: Backend): Address => ({
  ip,
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  targetRef,
});
