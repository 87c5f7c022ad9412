/** A term of pod affinity or anti-affinity: pods of these namespaces and labels, within one value of this label. */
import type { V1PodAffinityTerm } from '@kubernetes/client-node';
import { labelSelectorOf, type Selector, selectorOf } from '../../api/selectors/index.js';
import type { Pod, Wire } from '../../api/types.js';
import { type PodSelection, selectionOf, selectorId } from './pod-selection.js';

export interface AffinityTerm {
  readonly id: string;
  readonly topologyKey: string;
  readonly selector: Selector;
  /** By name, and by the labels of namespaces; 'all' for an empty selector of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector | 'all' | undefined;
}

export interface WeightedTerm {
  readonly term: AffinityTerm;
  /** Negative for anti-affinity. */
  readonly weight: number;
}

/** The labels of each namespace: what a selector of namespaces looks at. */
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>;

export function affinityTerm(pod: Pod, term: Wire<V1PodAffinityTerm>): AffinityTerm {
  const selector = withLabelKeys(pod, term);
  const { namespaceSelector: wanted, topologyKey } = term;
  const empty = wanted && !wanted.matchExpressions?.length && Object.keys(wanted.matchLabels ?? {}).length === 0;
  const namespaceSelector = wanted ? (empty ? 'all' : labelSelectorOf(wanted)) : undefined;
  const named = term.namespaces ?? [];
  const namespaces = new Set(named.length > 0 || namespaceSelector ? named : [pod.metadata.namespace ?? '']);
  const where = `${[...namespaces].sort().join(',')}+${namespaceSelector ?? ''}`;
  return {
    id: `${topologyKey}|${where}|${selectorId(selector)}`,
    topologyKey,
    selector,
    namespaces,
    namespaceSelector,
  };
}

/** The term's selector, and the pod's own values of matchLabelKeys and mismatchLabelKeys (a newer server has merged them already). */
function withLabelKeys({ metadata }: Pod, term: Wire<V1PodAffinityTerm>): Selector {
  const selector = labelSelectorOf(term.labelSelector);
  const own = (keys: readonly string[] | undefined, operator: 'in' | 'notin') =>
    (keys ?? []).flatMap(key => {
      const value = metadata.labels?.[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const more = [...own(term.matchLabelKeys, 'in'), ...own(term.mismatchLabelKeys, 'notin')];
  return more.length === 0 || !term.labelSelector ? selector : selectorOf([...selector.requirements, ...more]);
}

/** Whether a term of one pod means another. */
export function meansPod(term: AffinityTerm, { metadata }: Pod, labels: NamespaceLabels): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  const namespace = metadata.namespace ?? '';
  const there =
    namespaceSelector === 'all' ||
    namespaces.has(namespace) ||
    (namespaceSelector?.matches(labels.get(namespace)) ?? false);
  return there && selector.matches(metadata.labels);
}

/** The pods that a term means now: namespaces that are selected by label are named. */
export function selectionOfTerm(term: AffinityTerm, labels: NamespaceLabels): PodSelection {
  const { namespaces, namespaceSelector, selector } = term;
  if (namespaceSelector === 'all') return selectionOf(undefined, selector);
  if (!namespaceSelector) return selectionOf(namespaces, selector);
  const selected = [...labels].filter(([, own]) => namespaceSelector.matches(own)).map(([name]) => name);
  return selectionOf(new Set([...namespaces, ...selected]), selector);
}
