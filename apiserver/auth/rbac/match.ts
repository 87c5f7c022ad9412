/** Does a policy rule cover a request? The meaning of every field is that of rbac.authorization.k8s.io/v1. */
import type { PolicyRule } from '../../../api/types.js';
import type { RequestInfo } from '../../contracts.js';

export const ruleAllows = (rule: PolicyRule, info: RequestInfo): boolean =>
  info.isResource ? allowsResource(rule, info) : allowsPath(rule, info);

function allowsResource(rule: PolicyRule, info: RequestInfo): boolean {
  return (
    has(rule.verbs, info.verb) &&
    has(rule.apiGroups, info.group) &&
    coversResource(rule.resources, info.resource, info.subresource) &&
    coversName(rule.resourceNames, info.name)
  );
}

function allowsPath(rule: PolicyRule, info: RequestInfo): boolean {
  return has(rule.verbs, info.verb) && (rule.nonResourceURLs ?? []).some(url => coversPath(url, info.path));
}

export const has = (list: readonly string[] | undefined, wanted: string): boolean =>
  list?.some(item => item === wanted || item === '*') ?? false;

// 'pods' does not cover 'pods/log'; '*' covers all; '*/scale' covers the scale of every resource.
export function coversResource(list: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (!list) return false;
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`;
  const anyParent = subresource === '' ? undefined : `*/${subresource}`;
  return list.some(item => item === '*' || item === wanted || item === anyParent);
}

/** No names is all names. A request without a name (create, list) is covered by no list of names. */
const coversName = (list: readonly string[] | undefined, name: string): boolean =>
  !list || list.length === 0 || list.includes(name);

/** A trailing '*' stands for anything; elsewhere it is a plain character. */
export const coversPath = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
