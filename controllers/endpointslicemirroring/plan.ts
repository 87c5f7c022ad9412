/** The EndpointSlices that say what an Endpoints object says. Pure: see controller.ts for the promise. */
import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, EndpointSlice, Endpoints } from '../../api/types.js';
import { managedByLabel, portsKey, serviceNameLabel } from '../endpointslices/slice.js';
import { controllerReference } from '../owned.js';

export const mirrored = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const managedEndpointsLabel = 'endpoints.kubernetes.io/managed-by';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const notCopied = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
];
/** Of each subset; what is beyond is left out. */
const mostAddresses = 1000;
const perSlice = 100;

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

/** Those that say so, locks of leaders of old, and those that a loop makes from pods are not mirrored. */
export const isMirrored = ({ metadata }: Endpoints): boolean =>
  metadata.labels?.[skipLabel] !== 'true' &&
  metadata.labels?.[managedEndpointsLabel] === undefined &&
  metadata.annotations?.[leaderAnnotation] === undefined;

export interface Plan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

export function planFor(endpoints: Endpoints, existing: readonly EndpointSlice[]): Plan {
  const left = [...existing];
  const plan: Plan = { create: [], update: [], delete: [] };
  for (const slice of wanted(endpoints)) {
    const at = left.findIndex(
      one => one.addressType === slice.addressType && portsKey(one.ports) === portsKey(slice.ports),
    );
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (!found) plan.create.push(slice);
    else if (!isSame(found, slice)) plan.update.push(inPlaceOf(found, slice));
  }
  return { ...plan, delete: left };
}

const shown = ({ metadata, endpoints }: EndpointSlice) => [
  metadata.labels ?? {},
  metadata.annotations ?? {},
  endpoints ?? [],
];
const isSame = (a: EndpointSlice, b: EndpointSlice): boolean => isDeepStrictEqual(shown(a), shown(b));

const inPlaceOf = (found: EndpointSlice, slice: EndpointSlice): EndpointSlice => {
  const { annotations, labels } = slice.metadata;
  const { annotations: _, ...metadata } = found.metadata;
  return {
    ...slice,
    metadata: { ...metadata, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  };
};

/** By family and ports, a hundred addresses in each. */
function wanted(endpoints: Endpoints): EndpointSlice[] {
  const groups = new Map<string, { family: string; ports: NonNullable<EndpointSlice['ports']>; members: Endpoint[] }>();
  for (const subset of endpoints.subsets ?? []) {
    const ports = (subset.ports ?? []).map(port => ({
      ...port,
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
    }));
    for (const endpoint of endpointsOf(subset)) {
      const family = isIPv6(endpoint.addresses[0] ?? '') ? 'IPv6' : 'IPv4';
      const key = `${family} ${portsKey(ports)}`;
      const group = groups.get(key) ?? { family, ports, members: [] };
      group.members.push(endpoint);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ family, ports, members }) => {
    const slices: EndpointSlice[] = [];
    for (let at = 0; at < members.length; at += perSlice) {
      slices.push(sliceOf(endpoints, family, ports, members.slice(at, at + perSlice)));
    }
    return slices;
  });
}

function endpointsOf({ addresses = [], notReadyAddresses = [] }: Subset): Endpoint[] {
  const all = [
    ...addresses.map(address => endpointFor(address, true)),
    ...notReadyAddresses.map(address => endpointFor(address, false)),
  ];
  return all.slice(0, mostAddresses);
}

const endpointFor = ({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(targetRef ? { targetRef } : {}),
});

function sliceOf(
  endpoints: Endpoints,
  addressType: string,
  ports: NonNullable<EndpointSlice['ports']>,
  members: Endpoint[],
): EndpointSlice {
  const { name = '', namespace = '', labels, annotations = {} } = endpoints.metadata;
  const copied = Object.fromEntries(Object.entries(annotations).filter(([key]) => !notCopied.includes(key)));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirrored },
      ...(Object.keys(copied).length > 0 ? { annotations: copied } : {}),
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType,
    endpoints: members,
    ports,
  };
}
