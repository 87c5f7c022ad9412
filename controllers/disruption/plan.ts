/** What a PodDisruptionBudget allows, counted. Pure: see controller.ts for the promise. */
import { timestamp } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import type { Pod, PodDisruptionBudget } from '../../api/types.js';
import { controllerOf, isReady, isTerminating } from '../pod-state.js';
import { share } from '../share.js';

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;
type Conditions = NonNullable<BudgetStatus['conditions']>;

/** An eviction that was allowed is believed in for so long: then the pod should be on its way out. */
export const deletionTimeoutMs = 2 * 60 * 1000;

export interface Plan {
  status: BudgetStatus;
  /** Pods that were to be evicted, and are still there after the timeout. */
  notDeleted: Pod[];
  lookAgainAfterMs?: number;
}

/** How many pods there should be, by the owners of those that there are. `scale` answers undefined for an unknown owner. */
export interface Expected {
  expectedPods: number;
  desiredHealthy: number;
}

/** Whether the budget is relative to the sizes of the pods' owners, which then must be known. */
export const needsScales = ({ spec }: PodDisruptionBudget): boolean =>
  isSet(spec?.maxUnavailable) || typeof spec?.minAvailable === 'string';

const isSet = <T>(value: T | undefined | null): value is T => value !== undefined && value !== null;

/** `scales` are the sizes of the different owners of the pods; they matter only where needsScales. */
export function expectedOf({ spec }: PodDisruptionBudget, podCount: number, scales: readonly number[]): Expected {
  const total = scales.reduce((sum, scale) => sum + scale, 0);
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (isSet(maxUnavailable)) {
    const desiredHealthy = Math.max(0, total - share(maxUnavailable, total, Math.ceil));
    return { expectedPods: total, desiredHealthy };
  }
  if (typeof minAvailable === 'number') return { expectedPods: podCount, desiredHealthy: minAvailable };
  if (isSet(minAvailable)) return { expectedPods: total, desiredHealthy: share(minAvailable, total, Math.ceil) };
  return { expectedPods: 0, desiredHealthy: 0 };
}

/** `pods` are those that the budget selects, in whatever state. */
export function planFor(budget: PodDisruptionBudget, pods: readonly Pod[], expected: Expected, now: number): Plan {
  const noted = budget.status?.disruptedPods ?? {};
  const disruptedPods: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  const due: number[] = [];
  for (const pod of pods.filter(one => !isTerminating(one))) {
    const name = pod.metadata.name ?? '';
    const since = noted[name];
    if (since === undefined) continue;
    const until = Date.parse(since) + deletionTimeoutMs;
    if (until < now) notDeleted.push(pod);
    else {
      disruptedPods[name] = since;
      due.push(until);
    }
  }
  const healthy = pods.filter(
    pod => !isTerminating(pod) && disruptedPods[pod.metadata.name ?? ''] === undefined && isReady(pod),
  );
  const counts = countsOf(healthy.length, expected);
  const status: BudgetStatus = {
    ...counts,
    ...(due.length > 0 ? { disruptedPods } : {}),
    observedGeneration: budget.metadata.generation ?? 0,
    conditions: withAllowed(budget, counts.disruptionsAllowed, now),
  };
  // One tick later than the instant itself, at which it still counts.
  return { status, notDeleted, ...(due.length > 0 ? { lookAgainAfterMs: Math.min(...due) - now + 1 } : {}) };
}

function countsOf(currentHealthy: number, { desiredHealthy, expectedPods }: Expected) {
  // A budget that counts no pods allows nothing: the first ones may be coming up just now.
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  return { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed };
}

function withAllowed(budget: PodDisruptionBudget, allowed: number, now: number): Conditions {
  const verdict =
    allowed > 0 ? { status: 'True', reason: 'SufficientPods' } : { status: 'False', reason: 'InsufficientPods' };
  return withCondition(budget, { ...verdict, message: '' }, now);
}

function withCondition(
  budget: PodDisruptionBudget,
  verdict: { status: string; reason: string; message: string },
  now: number,
): Conditions {
  const conditions = budget.status?.conditions ?? [];
  const type = 'DisruptionAllowed';
  const before = conditions.find(condition => condition.type === type);
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : timestamp(now);
  const observedGeneration = budget.metadata.generation ?? 0;
  return [
    ...conditions.filter(condition => condition.type !== type),
    { type, ...verdict, lastTransitionTime, observedGeneration },
  ];
}

/** What is said of a budget that cannot be counted: it allows nothing, and says why. */
export function failed(budget: PodDisruptionBudget, message: string, now: number): BudgetStatus {
  const before: BudgetStatus = budget.status ?? countsOf(0, { desiredHealthy: 0, expectedPods: 0 });
  const conditions = withCondition(budget, { status: 'False', reason: 'SyncFailed', message }, now);
  return { ...before, disruptionsAllowed: 0, observedGeneration: budget.metadata.generation ?? 0, conditions };
}

export const isSame = (before: BudgetStatus | undefined, now: BudgetStatus): boolean => semanticEqual(before, now);

/** The pods that nothing controls: they have no scale, and are not counted by a budget that is relative to one. */
export const unmanaged = (pods: readonly Pod[]): Pod[] => pods.filter(pod => !controllerOf(pod));
