/** Topology spread constraints, as a pod has them. */
import type { V1TopologySpreadConstraint } from '@kubernetes/client-node';
import { labelSelectorOf, type Selector, selectorOf } from '../../api/selectors/index.js';
import type { Pod, Wire } from '../../api/types.js';
import { matchesNode } from '../filters/node-selector.js';
import { untolerated } from '../filters/taint-toleration.js';
import type { View } from '../view.js';
import type { NodeState } from './node-state.js';
import type { PodInfo } from './pod-info.js';
import { type PodSelection, selectionOf } from './pod-selection.js';

export type WrittenConstraint = Wire<V1TopologySpreadConstraint>;

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selection: PodSelection;
  /** Whether nodes count whose labels or taints keep the pod away anyway. */
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export const spreadConstraints = ({ pod }: PodInfo, kind: 'DoNotSchedule' | 'ScheduleAnyway'): SpreadConstraint[] =>
  (pod.spec?.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind)
    .map(constraint => spreadConstraint(pod, constraint, selectorFor(constraint, pod)));

export const spreadConstraint = (pod: Pod, written: WrittenConstraint, selector: Selector): SpreadConstraint => ({
  topologyKey: written.topologyKey,
  maxSkew: written.maxSkew,
  minDomains: written.minDomains ?? 1,
  selection: selectionOf(new Set([pod.metadata.namespace ?? '']), selector, { living: true }),
  honorsAffinity: written.nodeAffinityPolicy !== 'Ignore',
  honorsTaints: written.nodeTaintsPolicy === 'Honor',
});

/** The constraint's selector, and the pod's own values of matchLabelKeys. */
function selectorFor({ labelSelector, matchLabelKeys = [] }: WrittenConstraint, { metadata }: Pod): Selector {
  const selector = labelSelectorOf(labelSelector);
  if (!labelSelector || matchLabelKeys.length === 0) return selector;
  const own = matchLabelKeys.flatMap(key => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: 'in' as const, values: [value] }];
  });
  return selectorOf([...selector.requirements, ...own]);
}

/** Places where the pod may not stand anyway are not compared with, unless the constraint says so; nor are nodes that lack a label. */
export const comparesNode = (
  { honorsAffinity, honorsTaints }: SpreadConstraint,
  all: readonly SpreadConstraint[],
  pod: PodInfo,
  node: NodeState,
): boolean =>
  all.every(({ topologyKey }) => node.labels[topologyKey] !== undefined) &&
  (!honorsAffinity || matchesNode(pod.pod, node)) &&
  (!honorsTaints || !untolerated(pod, node.taints));

/** Whether that is so of every node that has the label, known without looking at them. */
export function comparesAll(
  { honorsAffinity, honorsTaints }: SpreadConstraint,
  all: readonly SpreadConstraint[],
  { pod: { spec } }: PodInfo,
  view: View,
): boolean {
  if (honorsTaints) return false;
  const choosy = spec?.nodeSelector || spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (honorsAffinity && choosy) return false;
  const labelled = (topologyKey: string): number => {
    let nodes = 0;
    for (const count of view.places(topologyKey).values()) nodes += count;
    return nodes;
  };
  return all.length === 1 || all.every(({ topologyKey }) => labelled(topologyKey) === view.nodes().length);
}
