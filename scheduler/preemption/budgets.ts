/** Which pods could not go without breaking a disruption budget. Pure. */
import { labelSelectorOf } from '../../api/selectors/index.js';
import type { PodDisruptionBudget } from '../../api/types.js';
import type { PodInfo } from '../model/pod-info.js';

export interface Split {
  breaking: PodInfo[];
  others: PodInfo[];
}

/** Each pod uses up what its budgets still allow, in the given order. */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): Split {
  const guards = budgets.flatMap(budget => {
    const selector = labelSelectorOf(budget.spec?.selector);
    return selector.requirements.length === 0
      ? []
      : [{ budget, selector, left: budget.status?.disruptionsAllowed ?? 0 }];
  });
  const split: Split = { breaking: [], others: [] };
  for (const pod of pods) {
    const { labels, name = '', namespace } = pod.pod.metadata;
    let breaks = false;
    for (const guard of guards) {
      const { metadata, status } = guard.budget;
      // A pod that the budget knows to be going away was counted already.
      const concerned = metadata.namespace === namespace && guard.selector.matches(labels);
      if (!concerned || status?.disruptedPods?.[name] !== undefined) continue;
      guard.left -= 1;
      breaks ||= guard.left < 0;
    }
    split[breaks ? 'breaking' : 'others'].push(pod);
  }
  return split;
}
