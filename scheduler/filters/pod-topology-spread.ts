/**
 * Topology spread constraints with DoNotSchedule: between the places (values of a node label) with the most and the fewest
 * matching pods, the difference may not exceed maxSkew.
 */
import type { V1TopologySpreadConstraint } from '@kubernetes/client-node';
import { labelSelectorOf, type Selector, selectorOf } from '../../api/selectors/index.js';
import type { Pod, Wire } from '../../api/types.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { TopologyFilter } from './filter.js';
import { nodeAffinity } from './node-affinity.js';
import { taintToleration } from './taint-toleration.js';

type Constraint = Wire<V1TopologySpreadConstraint>;

const unmatched = "node(s) didn't match pod topology spread constraints";

export const podTopologySpread: TopologyFilter = {
  name: 'PodTopologySpread',
  wokenBy: ['NodeAdded', 'NodeLabels', 'NodeTaints', 'PodAssigned', 'PodGone'],
  prepare: (pod, nodes) => {
    const hard = pod.pod.spec?.topologySpreadConstraints?.filter(c => c.whenUnsatisfiable === 'DoNotSchedule') ?? [];
    if (hard.length === 0) return undefined;
    const keys = hard.map(constraint => constraint.topologyKey);
    const labelled = nodes.filter(node => keys.every(key => node.labels[key] !== undefined));
    const refusals = hard.map(constraint => refusalOf(constraint, pod, labelled));
    return node => {
      for (const refuses of refusals) {
        const reason = refuses(node);
        if (reason !== undefined) return [reason];
      }
      return [];
    };
  },
};

function refusalOf(
  constraint: Constraint,
  pod: PodInfo,
  labelled: readonly NodeState[],
): (node: NodeState) => string | undefined {
  const { maxSkew, minDomains = 1, topologyKey } = constraint;
  const selector = selectorFor(constraint, pod.pod);
  const counts = new Map<string, number>();
  for (const node of labelled) {
    if (!isCompared(constraint, pod, node)) continue;
    const place = node.labels[topologyKey] as string;
    counts.set(place, (counts.get(place) ?? 0) + matching(selector, pod, node));
  }
  const fewest = counts.size < minDomains ? 0 : Math.min(...counts.values());
  const itself = selector.matches(pod.pod.metadata.labels) ? 1 : 0;
  return node => {
    const place = node.labels[topologyKey];
    if (place === undefined) return `${unmatched} (missing required label)`;
    return (counts.get(place) ?? 0) + itself - fewest > maxSkew ? unmatched : undefined;
  };
}

/** Places where the pod may not stand anyway are not compared with, unless the constraint says so. */
function isCompared({ nodeAffinityPolicy, nodeTaintsPolicy }: Constraint, pod: PodInfo, node: NodeState): boolean {
  const affine = nodeAffinityPolicy === 'Ignore' || nodeAffinity.refuses(pod, node).length === 0;
  const tolerated = nodeTaintsPolicy !== 'Honor' || taintToleration.refuses(pod, node).length === 0;
  return affine && tolerated;
}

/** The constraint's selector, and the pod's own values of matchLabelKeys. */
function selectorFor({ labelSelector, matchLabelKeys = [] }: Constraint, { metadata }: Pod): Selector {
  const selector = labelSelectorOf(labelSelector);
  const own = matchLabelKeys.flatMap(key => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: '=' as const, values: [value] }];
  });
  const alike = selectorOf(own);
  return { ...selector, matches: labels => selector.matches(labels) && alike.matches(labels) };
}

function matching(selector: Selector, { pod }: PodInfo, node: NodeState): number {
  let count = 0;
  for (const { pod: one } of node.pods.values()) {
    const sameNamespace = one.metadata.namespace === pod.metadata.namespace;
    if (sameNamespace && one.metadata.deletionTimestamp === undefined && selector.matches(one.metadata.labels)) count++;
  }
  return count;
}
