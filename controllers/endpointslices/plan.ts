/** The EndpointSlices of a service, as they should be, with as few writes as will do. Pure: see controller.ts. */
import type { Endpoint, EndpointSlice, Pod, Service } from '../../api/types.js';
import { type AddressType, type BackendPort, backendsOf } from '../backends.js';
import { endpointFor, identity, labelsFor, newSlice, portsKey, sameSlice } from './slice.js';

export interface Plan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/** So many endpoints stand in a slice at most. */
const perSlice = 100;

/** What all endpoints of a slice share. */
interface Group {
  ports: BackendPort[];
  /** By identity; those that found their place are taken out. */
  wanted: Map<string, Endpoint>;
  existing: EndpointSlice[];
}

/** `zoneOf` says where a node is; undefined when that is not known. */
export function planFor(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  zoneOf: (node: string) => string | undefined,
): Plan {
  const families = (service.spec?.ipFamilies ?? ['IPv4']) as AddressType[];
  const live = existing.filter(slice => slice.metadata.deletionTimestamp === undefined);
  const plans = families.map(family => {
    const slices = live.filter(slice => slice.addressType === family);
    const groups = groupsOf(service, pods, slices, family, zoneOf).map(group => fill(service, family, group));
    return withPlaceholder(service, family, join(groups), slices);
  });
  const strangers = live.filter(slice => !families.includes(slice.addressType as AddressType));
  return join([...plans, { create: [], update: [], delete: strangers }]);
}

const join = (plans: readonly Plan[]): Plan => ({
  create: plans.flatMap(plan => plan.create),
  update: plans.flatMap(plan => plan.update),
  delete: plans.flatMap(plan => plan.delete),
});

function groupsOf(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  family: AddressType,
  zoneOf: (node: string) => string | undefined,
): Group[] {
  const groups = new Map<string, Group>();
  const groupWith = (ports: BackendPort[]): Group => {
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, wanted: new Map(), existing: [] };
    groups.set(key, group);
    return group;
  };
  for (const backend of backendsOf(service, pods, family)) {
    const endpoint = endpointFor(backend, backend.nodeName ? zoneOf(backend.nodeName) : undefined);
    groupWith(backend.ports).wanted.set(identity(endpoint), endpoint);
  }
  for (const slice of slices) groupWith((slice.ports ?? []) as BackendPort[]).existing.push(slice);
  return [...groups.values()];
}

/** Endpoints stay in the slice that they are in; new ones go first where something changes anyway. */
function fill(service: Service, family: AddressType, { ports, wanted, existing }: Group): Plan {
  const homeless = new Map(wanted);
  const drafts = existing.map(slice => {
    const members: Endpoint[] = [];
    for (const old of slice.endpoints ?? []) {
      const endpoint = homeless.get(identity(old));
      if (endpoint && homeless.delete(identity(old))) members.push(endpoint);
    }
    return { slice, members };
  });
  const draftSlice = (draft: (typeof drafts)[number]): EndpointSlice => ({
    ...draft.slice,
    metadata: { ...draft.slice.metadata, labels: labelsFor(service) },
    endpoints: draft.members,
  });
  const changed = (draft: (typeof drafts)[number]): boolean => !sameSlice(draftSlice(draft), draft.slice);

  const rest = [...homeless.values()];
  const roomFirst = [...drafts.filter(changed), ...drafts.filter(draft => !changed(draft))];
  for (const { members } of roomFirst) members.push(...rest.splice(0, Math.max(0, perSlice - members.length)));
  const create: EndpointSlice[] = [];
  while (rest.length > 0) create.push(newSlice(service, family, ports, rest.splice(0, perSlice)));
  return {
    create,
    update: drafts.filter(draft => draft.members.length > 0 && changed(draft)).map(draftSlice),
    delete: drafts.filter(draft => draft.members.length === 0).map(draft => draft.slice),
  };
}

/** A service without any endpoint has one empty slice, so that consumers can tell "none" from "not known yet". */
function withPlaceholder(service: Service, family: AddressType, plan: Plan, slices: readonly EndpointSlice[]): Plan {
  if (plan.create.length > 0 || plan.delete.length < slices.length) return plan;
  const placeholder = newSlice(service, family, [], []);
  const [kept, ...others] = [...plan.delete].sort((a, b) => (a.ports?.length ?? 0) - (b.ports?.length ?? 0));
  if (!kept) return { create: [placeholder], update: [], delete: [] };
  const wanted = { ...kept, metadata: { ...kept.metadata, labels: labelsFor(service) }, endpoints: [], ports: [] };
  const isRight = sameSlice(wanted, kept) && (kept.ports ?? []).length === 0;
  return { create: [], update: isRight ? [] : [wanted], delete: others };
}
