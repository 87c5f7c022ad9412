/** Node selectors and node affinity, as pods have them. */
import type { V1NodeSelector } from '@kubernetes/client-node';
import { matchesTerm, type SelectableNode } from '../../api/selectors/node-terms.js';
import type { Pod, Wire } from '../../api/types.js';

export type NodeSelector = Wire<V1NodeSelector>;

/** Any of its terms holds. */
export const matchesSelector = ({ nodeSelectorTerms }: NodeSelector, node: SelectableNode): boolean =>
  nodeSelectorTerms.some(term => matchesTerm(term, node));

/** The pod's node selector and its required affinity. */
export function matchesNode({ spec }: Pod, node: SelectableNode): boolean {
  for (const [name, value] of Object.entries(spec?.nodeSelector ?? {})) if (node.labels[name] !== value) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || matchesSelector(required, node);
}

export const addedTerms = (added: NodeSelector | undefined, node: SelectableNode): boolean =>
  !added || matchesSelector(added, node);

/** The nodes that all terms name, as a DaemonSet's pods name theirs: no other need be looked at. */
export function namedNodes({ spec }: Pod): ReadonlySet<string> | undefined {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms || terms.length === 0) return undefined;
  const named = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const field = matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (!field) return undefined;
    for (const name of field.values ?? []) named.add(name);
  }
  return named;
}
