/** Resources of which nobody gets any without a quota that allows it (ResourceQuota's limitedResources). Pure. */
import type { AnyObject, ResourceQuota } from '../types.js';
import type { Amounts } from './amounts.js';
import { type Counted, isInScope, meetsScope, type ScopeRequirement, scopesOf } from './usage.js';

export interface LimitedResource extends Counted {
  /** Parts of the names of what is limited: 'storageclass.storage.k8s.io'. */
  contains: readonly string[];
  /** Objects that are in one of these scopes need a quota of such a scope. */
  scopes: readonly ScopeRequirement[];
}

/** Why it is refused; undefined where quotas allow it. `more` is what is used beyond what was before. */
export function uncovered(
  limited: readonly LimitedResource[],
  quotas: readonly ResourceQuota[],
  kind: Counted,
  object: AnyObject,
  more: Amounts,
): string | undefined {
  const rules = limited.filter(({ group, resource }) => group === kind.group && resource === kind.resource);
  if (rules.length === 0) return undefined;
  const matching = quotas.filter(quota => isInScope(quota, kind, object));
  const scopes = rules.flatMap(rule => rule.scopes.filter(scope => meetsScope(scope, kind, object)));
  const covered = new Set(matching.flatMap(quota => scopesOf(quota).map(({ scopeName }) => scopeName)));
  const open = scopes.filter(({ scopeName }) => !covered.has(scopeName));
  if (open.length > 0) {
    const shown = open.map(
      ({ scopeName, operator, values = [] }) => `{${scopeName} ${operator} [${values.join(' ')}]}`,
    );
    return `insufficient quota to match these scopes: [${shown.join(' ')}]`;
  }
  const names = [...more.keys()].filter(name => rules.some(rule => rule.contains.some(part => name.includes(part))));
  const counted = new Set(matching.flatMap(quota => Object.keys(quota.status?.hard ?? {})));
  const missing = names.filter(name => !counted.has(name));
  return missing.length > 0 ? `insufficient quota to consume: ${missing.sort().join(',')}` : undefined;
}
