/** A required term of pod affinity or anti-affinity: pods of these namespaces and labels, within one value of this label. */
import type { V1PodAffinityTerm } from '@kubernetes/client-node';
import { labelSelectorOf, type Selector } from '../../api/selectors/index.js';
import type { Pod, Wire } from '../../api/types.js';

export interface AffinityTerm {
  topologyKey: string;
  selector: Selector;
  /** Undefined: all of them. */
  namespaces: ReadonlySet<string> | undefined;
}

interface Affinity {
  requiredDuringSchedulingIgnoredDuringExecution?: Wire<V1PodAffinityTerm>[];
}

export const affinityTerms = (pod: Pod, affinity: Affinity | undefined): AffinityTerm[] =>
  (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({
    topologyKey: term.topologyKey,
    selector: labelSelectorOf(term.labelSelector),
    namespaces: namespacesOf(pod, term),
  }));

/** Those that are named; all for an empty selector; the pod's own when nothing is said. Other selectors are refused elsewhere. */
function namespacesOf(pod: Pod, term: Wire<V1PodAffinityTerm>): ReadonlySet<string> | undefined {
  if (term.namespaceSelector) return undefined;
  return new Set(term.namespaces?.length ? term.namespaces : [pod.metadata.namespace ?? '']);
}

export const meansPod = ({ namespaces, selector }: AffinityTerm, { metadata }: Pod): boolean =>
  (namespaces === undefined || namespaces.has(metadata.namespace ?? '')) && selector.matches(metadata.labels);
