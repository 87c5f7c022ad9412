/** Roles and their bindings that `create` makes of words. Pure. */
import type { AnyObject } from '../../api/types.js';
import { Failure } from '../failure.js';
import type { ServerResource } from './discovery.js';
import { findResource } from './resolve.js';

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;

export interface RoleWishes {
  verb?: string[];
  resource?: string[];
  resourceName?: string[];
}

export interface ClusterRoleWishes extends RoleWishes {
  nonResourceUrl?: string[];
  aggregationRule?: string;
}

export interface BindingWishes {
  role?: string;
  clusterrole?: string;
  user?: string[];
  group?: string[];
  serviceaccount?: string[];
}

interface Rule {
  apiGroups?: string[];
  nonResourceURLs?: string[];
  resourceNames?: string[];
  resources?: string[];
  verbs: string[];
}

const unique = (list: readonly string[]): string[] => [...new Set(list)];

function verbsOf({ verb = [] }: RoleWishes): string[] {
  if (verb.length === 0) throw new Failure('at least one verb must be specified');
  return verb.includes('*') ? ['*'] : unique(verb);
}

/** A rule for each group of the resources, in the order of the groups' names. */
function resourceRules(
  { resource = [], resourceName = [], ...wishes }: RoleWishes,
  known: readonly ServerResource[],
): Rule[] {
  const verbs = verbsOf(wishes);
  if (resource.length === 0) throw new Failure('at least one resource must be specified');
  const found = resource.map(word => namedResource(word, known));
  if (resource.length > 1 && resourceName.length > 0)
    throw new Failure('resource name(s) can not be applied to multiple resources');
  const groups = unique(found.map(one => one.group)).sort();
  return groups.map(apiGroup => ({
    apiGroups: [apiGroup],
    ...(resourceName.length > 0 ? { resourceNames: unique(resourceName) } : {}),
    resources: unique(found.filter(one => one.group === apiGroup).map(one => one.name)),
    verbs,
  }));
}

/** 'deploy', 'deployments.apps', 'pods/log': as rules name it. */
function namedResource(word: string, known: readonly ServerResource[]): { group: string; name: string } {
  if (word === '*') return { group: '*', name: '*' };
  const [type = '', ...sub] = word.split('/');
  const { group, plural } = findResource(type, known);
  return { group, name: [plural, ...sub].join('/') };
}

export const roleFor = (name: string, wishes: RoleWishes, known: readonly ServerResource[]): AnyObject => ({
  apiVersion,
  kind: 'Role',
  metadata: { name },
  rules: resourceRules(wishes, known),
});

export function clusterRoleFor(name: string, wishes: ClusterRoleWishes, known: readonly ServerResource[]): AnyObject {
  const { aggregationRule, nonResourceUrl: nonResourceURLs = [], resource = [] } = wishes;
  const object = { apiVersion, kind: 'ClusterRole', metadata: { name } };
  if (aggregationRule !== undefined) {
    if (nonResourceURLs.length > 0 || resource.length > 0 || (wishes.verb ?? []).length > 0)
      throw new Failure('aggregation rule must be specified without nonResourceURLs, resources or resourceNames');
    const pairs = aggregationRule.split(',').map(pair => pair.split('=', 2) as [string, string]);
    const selectors = [{ matchLabels: Object.fromEntries(pairs) as Record<string, string> }];
    return { ...object, aggregationRule: { clusterRoleSelectors: selectors }, rules: null } as unknown as AnyObject;
  }
  const verbs = verbsOf(wishes);
  if (resource.length === 0 && nonResourceURLs.length === 0)
    throw new Failure('one of resource or nonResourceURL must be specified');
  const rules = [
    ...(resource.length > 0 ? resourceRules(wishes, known) : []),
    ...(nonResourceURLs.length > 0 ? [{ nonResourceURLs: unique(nonResourceURLs), verbs }] : []),
  ];
  return { ...object, rules };
}

/** A ClusterRoleBinding when `everywhere`. */
export function bindingFor(name: string, wishes: BindingWishes, everywhere: boolean): AnyObject {
  const { clusterrole, role } = wishes;
  if (everywhere && clusterrole === undefined) throw new Failure('clusterrole must be specified');
  if ((clusterrole === undefined) === (role === undefined))
    throw new Failure('exactly one of clusterrole or role must be specified');
  const kind = clusterrole === undefined ? 'Role' : 'ClusterRole';
  const subjects = subjectsOf(wishes);
  return {
    apiVersion,
    kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: group, kind, name: clusterrole ?? role },
    ...(subjects.length > 0 ? { subjects } : {}),
  };
}

function subjectsOf({ user = [], group: groups = [], serviceaccount = [] }: BindingWishes): object[] {
  const named = (kind: string) => (name: string) => ({ apiGroup: group, kind, name });
  const accounts = unique(serviceaccount).map(text => {
    const [namespace, name, ...rest] = text.split(':');
    if (!namespace || !name || rest.length > 0) throw new Failure('serviceaccount must be <namespace>:<name>');
    return { kind: 'ServiceAccount', name, namespace };
  });
  return [...unique(user).map(named('User')), ...unique(groups).map(named('Group')), ...accounts];
}
