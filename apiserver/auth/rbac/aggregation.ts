/** Aggregated ClusterRoles: their rules are those of all ClusterRoles that their selectors choose. */
import { labelSelectorOf } from '../../../api/selectors/index.js';
import type { ClusterRole, PolicyRule } from '../../../api/types.js';

/**
 * The rules that hold for `role`. Roles that are chosen may themselves be aggregated; a circle adds nothing. `all` is
 * every ClusterRole there is.
 */
export function effectiveRules(
  role: ClusterRole,
  all: readonly ClusterRole[],
  seen: ReadonlySet<string> = new Set(),
): PolicyRule[] {
  if (!role.aggregationRule) return role.rules ?? [];
  const path = new Set([...seen, role.metadata.name ?? '']);
  const selectors = (role.aggregationRule.clusterRoleSelectors ?? []).map(labelSelectorOf);
  const chosen = all
    .filter(other => !path.has(other.metadata.name ?? ''))
    .filter(other => selectors.some(selector => selector.matches(other.metadata.labels)))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  return distinct(chosen.flatMap(other => effectiveRules(other, all, path)));
}

function distinct(rules: readonly PolicyRule[]): PolicyRule[] {
  const seen = new Map(rules.map(rule => [JSON.stringify(rule), rule]));
  return [...seen.values()];
}
