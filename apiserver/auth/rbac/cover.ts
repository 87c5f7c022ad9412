/**
 * What of a set of rules is not covered by another set: the heart of "nobody grants what they do not hold". Rules are
 * split into single grants (one verb on one resource), since a grant may be covered by several rules together.
 */
import type { PolicyRule } from '../../../api/types.js';
import { coversPath, coversResource, has } from './match.js';

/** The part of `wanted` that `held` does not cover, with the verbs of the same thing together again. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = wanted.flatMap(singles).filter(single => !held.some(rule => covers(rule, single)));
  return compact(missing);
}

/** Whether one held rule alone covers all of `wanted`: often so, and seen without splitting it. */
export const coveredByOne = (held: readonly PolicyRule[], wanted: PolicyRule): boolean =>
  held.some(rule => coversWhole(rule, wanted));

function coversWhole(rule: PolicyRule, wanted: PolicyRule): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = wanted;
  const names = rule.resourceNames?.length
    ? resourceNames.length > 0 && resourceNames.every(name => rule.resourceNames?.includes(name))
    : true;
  return (
    verbs.every(verb => has(rule.verbs, verb)) &&
    apiGroups.every(group => has(rule.apiGroups, group)) &&
    resources.every(resource => coversResource(rule.resources, ...split(resource))) &&
    (resources.length === 0 || names) &&
    nonResourceURLs.every(url => (rule.nonResourceURLs ?? []).some(pattern => coversPath(pattern, url)))
  );
}

/** How many single grants a rule stands for: the product of its lists, so a short rule may stand for billions. */
export function grantsIn({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number {
  const onResources = (apiGroups?.length ?? 0) * (resources?.length ?? 0) * (resourceNames?.length || 1);
  return verbs.length * (onResources + (nonResourceURLs?.length ?? 0));
}

function singles(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names: (string | undefined)[] = resourceNames.length > 0 ? resourceNames : [undefined];
  const onResources = apiGroups.flatMap(group =>
    resources.flatMap(resource =>
      names.flatMap(name =>
        verbs.map(verb => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
  );
  return [
    ...onResources,
    ...nonResourceURLs.flatMap(url => verbs.map(verb => ({ verbs: [verb], nonResourceURLs: [url] }))),
  ];
}

function covers(rule: PolicyRule, single: PolicyRule): boolean {
  if (!has(rule.verbs, single.verbs[0] ?? '')) return false;
  const [url] = single.nonResourceURLs ?? [];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some(pattern => coversPath(pattern, url));
  const [resource = '', subresource = ''] = split(single.resources?.[0] ?? '');
  const [name] = single.resourceNames ?? [];
  const namesCovered = !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name));
  return (
    has(rule.apiGroups, single.apiGroups?.[0] ?? '') &&
    coversResource(rule.resources, resource, subresource) &&
    namesCovered
  );
}

function split(resource: string): [string, string] {
  const slash = resource.indexOf('/');
  return slash < 0 ? [resource, ''] : [resource.slice(0, slash), resource.slice(slash + 1)];
}

function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byThing = new Map<string, PolicyRule>();
  for (const { verbs, ...thing } of rules) {
    const key = JSON.stringify(thing);
    const found = byThing.get(key);
    if (!found) byThing.set(key, { ...thing, verbs: [...verbs] });
    else found.verbs.push(...verbs.filter(verb => !found.verbs.includes(verb)));
  }
  return [...byThing.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, as Kubernetes prints a rule in its refusals. */
export function printRule(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const said = parts.filter(([, values]) => values && values.length > 0);
  return `{${said.map(([name, values]) => `${name}:${printList(values ?? [])}`).join(', ')}}`;
}

/** `["a" "b"]`, as Go prints a list of quoted strings. */
export const printList = (values: readonly string[]): string =>
  `[${values.map(value => JSON.stringify(value)).join(' ')}]`;
