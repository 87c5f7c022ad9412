/**
 * A ClusterRole with an aggregationRule has the rules of all roles that it selects, in the order of their names, each
 * once. The API server grants them without waiting for this loop; here they are written down for those who read the role.
 */
import { deepEqual } from '../../api/json.js';
import type { ClusterRole, PolicyRule } from '../../api/types.js';
import { clusterRoles } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { keyOf, nameOf } from '../keys.js';
import { matchesSelector } from '../pod-state.js';

const isAggregated = ({ aggregationRule }: ClusterRole): boolean => aggregationRule !== undefined;

/** The rules that the role should have. Pure. */
export function aggregated(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  const byName = [...all].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const one of byName) {
      if (one.metadata.name === role.metadata.name || !matchesSelector(selector, one.metadata.labels)) continue;
      for (const rule of one.rules ?? []) if (!rules.some(known => deepEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}

export const clusterRoleAggregation: Controller = {
  name: 'clusterrole-aggregation-controller',
  workers: 5,
  sources: [
    {
      resource: clusterRoles,
      keysFor: (_now, _before, read) => read.list(clusterRoles).filter(isAggregated).map(keyOf),
    },
  ],
  async reconcile(key, { read, write }) {
    const role = read.get(clusterRoles, nameOf(key));
    if (!role || !isAggregated(role)) return undefined;
    const rules = aggregated(role, read.list(clusterRoles));
    if (!deepEqual(role.rules ?? [], rules)) await write.update(clusterRoles, { ...role, rules });
    return undefined;
  },
};
