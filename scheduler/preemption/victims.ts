/** Whose leaving would make room for a pod on one node: as few as will do, and none that matters as much as the pod. Pure. */
import type { PodDisruptionBudget } from '../../api/types.js';
import { type Checks, type NamedVerdict, refusesWithNominated } from '../checks.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { View } from '../view.js';
import { splitByBudgets } from './budgets.js';

export interface Candidate {
  readonly node: NodeState;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** How many of them a disruption budget would keep. */
  readonly breaking: number;
}

/** Higher priorities matter more; of the same, those that have run longer. */
export const byImportance = (a: PodInfo, b: PodInfo): number => b.priority - a.priority || a.startedAt - b.startedAt;

const nobody: NamedVerdict = { reasons: ['No preemption victims found for incoming pod'], lasting: false, by: '' };

/**
 * All that matter less are imagined away; if the node would then have the pod, they come back one by one, those that a
 * budget protects first, as long as the pod still fits. Answers why the node will not do when it will not.
 */
export function victimsOn(
  pod: PodInfo,
  node: NodeState,
  checks: Checks,
  view: View,
  budgets: readonly PodDisruptionBudget[],
): Candidate | NamedVerdict {
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority).sort(byImportance);
  if (lower.length === 0) return nobody;
  const away = new Set(lower.map(({ key }) => key));
  const imagined = node.imagined([...node.pods.values()].filter(({ key }) => !away.has(key)));
  for (const one of lower) checks.change(one, imagined, -1);
  const victims: PodInfo[] = [...lower];
  try {
    const verdict = refusesWithNominated(checks, pod, imagined, view);
    if (verdict) return verdict;
    const { breaking, others } = splitByBudgets(lower, budgets);
    const spared = (one: PodInfo): boolean => {
      imagined.add(one);
      checks.change(one, imagined, 1);
      if (!refusesWithNominated(checks, pod, imagined, view)) {
        victims.splice(victims.indexOf(one), 1);
        return true;
      }
      imagined.remove(one.key);
      checks.change(one, imagined, -1);
      return false;
    };
    const broken = breaking.filter(one => !spared(one)).length;
    for (const one of others) spared(one);
    return { node, victims: [...victims], breaking: broken };
  } finally {
    for (const one of victims) checks.change(one, imagined, 1);
  }
}
