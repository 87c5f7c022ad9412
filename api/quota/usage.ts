/** What an object takes of a quota, by the names that quotas use; and which objects a quota counts at all. */
import { storageClassOf } from '../kinds/persistentvolume/row.js';
import { qosClass } from '../kinds/pod/qos.js';
import { type Quantity, tryParse } from '../quantity.js';
import type { AnyObject, PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../types.js';
import { type Amounts, count, zero } from './amounts.js';
import { podUsage } from './pods.js';

/** A kind by its resource: {group: 'apps', resource: 'deployments'}. */
export interface Counted {
  group: string;
  resource: string;
}

/** Counted by a name of their own as well, from before every kind could be counted. */
const ownNames = new Set(['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets']);

function serviceUsage({ spec }: Service): Map<string, Quantity> {
  const usage = new Map<string, Quantity>([['services', count(1)]]);
  const { type, ports = [], allocateLoadBalancerNodePorts } = spec ?? {};
  if (type === 'NodePort') usage.set('services.nodeports', count(ports.length));
  if (type === 'LoadBalancer') {
    usage.set('services.loadbalancers', count(1));
    const given = allocateLoadBalancerNodePorts === false ? ports.filter(port => port.nodePort).length : ports.length;
    usage.set('services.nodeports', count(given));
  }
  return usage;
}

const ofClass = (name: string): string => `${name}.storageclass.storage.k8s.io/`;

function claimUsage(claim: PersistentVolumeClaim): Map<string, Quantity> {
  const asked = tryParse(claim.spec?.resources?.requests?.storage) ?? zero;
  const usage = new Map<string, Quantity>([
    ['persistentvolumeclaims', count(1)],
    ['requests.storage', asked],
  ]);
  const name = storageClassOf(claim);
  if (name !== '') {
    usage.set(`${ofClass(name)}persistentvolumeclaims`, count(1));
    usage.set(`${ofClass(name)}requests.storage`, asked);
  }
  return usage;
}

export const countName = ({ group, resource }: Counted): string =>
  `count/${group === '' ? resource : `${resource}.${group}`}`;

export function usageOf(kind: Counted, object: AnyObject): Amounts {
  if (kind.group === '' && kind.resource === 'pods') return podUsage(object as unknown as Pod);
  const usage = special(kind, object);
  usage.set(countName(kind), count(1));
  return usage;
}

function special({ group, resource }: Counted, object: AnyObject): Map<string, Quantity> {
  if (group !== '') return new Map();
  if (resource === 'services') return serviceUsage(object as unknown as Service);
  if (resource === 'persistentvolumeclaims') return claimUsage(object as unknown as PersistentVolumeClaim);
  return ownNames.has(resource) ? new Map([[resource, count(1)]]) : new Map();
}

/** The kinds whose objects must be counted to know what is used of these names. */
export function kindsCountedBy(names: Iterable<string>): Counted[] {
  const kinds = new Map<string, Counted>();
  for (const name of names) {
    const kind = kindCountedBy(name);
    kinds.set(countName(kind), kind);
  }
  return [...kinds.values()];
}

function kindCountedBy(name: string): Counted {
  const counted = /^count\/([^.]+)(?:\.(.+))?$/.exec(name);
  if (counted) return { group: counted[2] ?? '', resource: counted[1] as string };
  if (name.startsWith('services')) return { group: '', resource: 'services' };
  if (ownNames.has(name)) return { group: '', resource: name };
  const ofClaims = name === 'persistentvolumeclaims' || name === 'requests.storage' || name.includes(ofClass(''));
  return { group: '', resource: ofClaims ? 'persistentvolumeclaims' : 'pods' };
}

export interface ScopeRequirement {
  scopeName: string;
  operator: string;
  values?: readonly string[];
}

export function scopesOf({ spec }: ResourceQuota): ScopeRequirement[] {
  const scopes = (spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' }));
  return [...scopes, ...((spec?.scopeSelector?.matchExpressions ?? []) as ScopeRequirement[])];
}

/** A quota with scopes counts what is in all of them, and nothing that they say nothing about. */
export function isInScope(quota: ResourceQuota, kind: Counted, object: AnyObject): boolean {
  return scopesOf(quota).every(scope => meetsScope(scope, kind, object));
}

/** Scopes are of pods and claims. */
export function meetsScope(scope: ScopeRequirement, { group, resource }: Counted, object: AnyObject): boolean {
  if (group !== '') return false;
  if (resource === 'pods') return podMeets(scope, object as unknown as Pod);
  return resource === 'persistentvolumeclaims' && claimMeets(scope, object as unknown as PersistentVolumeClaim);
}

function podMeets(requirement: ScopeRequirement, pod: Pod): boolean {
  const spec = pod.spec ?? { containers: [] };
  const ends = typeof spec.activeDeadlineSeconds === 'number';
  switch (requirement.scopeName) {
    case 'Terminating':
      return ends;
    case 'NotTerminating':
      return !ends;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return meets(requirement, spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity':
      return looksAcrossNamespaces(pod);
    default:
      return false;
  }
}

const claimMeets = (requirement: ScopeRequirement, { spec }: PersistentVolumeClaim): boolean =>
  requirement.scopeName === 'VolumeAttributesClass' && meets(requirement, spec?.volumeAttributesClassName ?? '');

function meets({ operator, values = [] }: ScopeRequirement, value: string): boolean {
  if (operator === 'Exists') return value !== '';
  if (operator === 'DoesNotExist') return value === '';
  return operator === 'In' ? values.includes(value) : !values.includes(value);
}

function looksAcrossNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap(affinity => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(term => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}
