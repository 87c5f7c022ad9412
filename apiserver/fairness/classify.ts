/** To which flow a request belongs: the first flow schema, by precedence, that matches who asks and what. Pure. */
import type { FlowSchema } from '../../api/types.js';
import type { RequestInfo, User } from '../contracts.js';

type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number];
type Subject = Rule['subjects'][number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type PathRule = NonNullable<Rule['nonResourceRules']>[number];

/** Lower precedence first, and the name where it is the same. */
export function inOrder(schemas: Iterable<FlowSchema>): FlowSchema[] {
  const precedence = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 1000;
  const name = ({ metadata }: FlowSchema): string => metadata.name ?? '';
  return [...schemas].sort((a, b) => precedence(a) - precedence(b) || (name(a) < name(b) ? -1 : 1));
}

/** `schemas` are in order. Undefined when none matches: the mandatory schema catch-all matches everything. */
export const schemaFor = (schemas: readonly FlowSchema[], user: User, info: RequestInfo): FlowSchema | undefined =>
  schemas.find(({ spec }) => (spec?.rules ?? []).some(rule => matches(rule, user, info)));

/** What tells the flows of one schema apart: the user, the namespace, or nothing. */
export function distinguisherOf({ spec }: FlowSchema, user: User, info: RequestInfo): string {
  const type = spec?.distinguisherMethod?.type;
  if (type === 'ByUser') return user.name;
  return type === 'ByNamespace' ? info.namespace : '';
}

function matches({ subjects, resourceRules, nonResourceRules }: Rule, user: User, info: RequestInfo): boolean {
  if (!subjects.some(subject => isSubject(subject, user))) return false;
  if (info.isResource) return (resourceRules ?? []).some(rule => matchesResource(rule, info));
  return (nonResourceRules ?? []).some(rule => matchesPath(rule, info));
}

function isSubject({ kind, user: byName, group, serviceAccount }: Subject, user: User): boolean {
  if (kind === 'User') return byName?.name === '*' || byName?.name === user.name;
  if (kind === 'Group') return group?.name === '*' || user.groups.includes(group?.name ?? '');
  const prefix = `system:serviceaccount:${serviceAccount?.namespace}:`;
  if (!serviceAccount || !user.name.startsWith(prefix)) return false;
  return serviceAccount.name === '*' || user.name === prefix + serviceAccount.name;
}

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values?.includes('*') === true || values?.includes(value) === true;

function matchesResource(rule: ResourceRule, info: RequestInfo): boolean {
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  if (!has(rule.verbs, info.verb) || !has(rule.apiGroups, info.group) || !has(rule.resources, resource)) return false;
  return info.namespace === '' ? rule.clusterScope === true : has(rule.namespaces, info.namespace);
}

function matchesPath({ verbs, nonResourceURLs }: PathRule, info: RequestInfo): boolean {
  if (!has(verbs, info.verb)) return false;
  return nonResourceURLs.some(
    url => url === '*' || url === info.path || (url.endsWith('*') && info.path.startsWith(url.slice(0, -1))),
  );
}
