/**
 * May this pod be evicted now? Its PodDisruptionBudget says how many of its kind may be missing; the disruption
 * controller counts, and each eviction takes one from what it has counted until it counts again.
 */
import { timestamp } from '../../../api/clock.js';
import { labelSelectorOf } from '../../../api/selectors/index.js';
import { forbidden, StatusError, statusError } from '../../../api/status.js';
import type { Pod, PodDisruptionBudget } from '../../../api/types.js';

export type Verdict =
  /** No budget, or one that does not count this pod. */
  | { kind: 'free' }
  /** The budget must allow it, and be written. */
  | { kind: 'budget'; budget: PodDisruptionBudget };

/** So many evictions may be under way that the controller has not yet counted. */
const mostDisrupted = 2000;

const refused = "Cannot evict pod as it would violate the pod's disruption budget.";
/** When to ask again, in seconds, where the controller is about to count. */
const soon = 10;

/** Throws InternalError for a pod of several budgets. */
export function judgeEviction(pod: Pod, budgets: Iterable<PodDisruptionBudget>): Verdict {
  if (isDisruptedAnyway(pod)) return { kind: 'free' };
  const [budget, ...others] = [...budgets].filter(candidate => covers(candidate, pod));
  if (others.length > 0) {
    const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw statusError('InternalError', why);
  }
  if (!budget || isUncounted(budget, pod)) return { kind: 'free' };
  return { kind: 'budget', budget };
}

/** It does not run (yet), or is on its way out: nobody loses anything by its end. */
const isDisruptedAnyway = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '');

function covers({ metadata, spec }: PodDisruptionBudget, pod: Pod): boolean {
  const { labels = {}, namespace } = pod.metadata;
  if (metadata.namespace !== namespace || Object.keys(labels).length === 0) return false;
  try {
    return labelSelectorOf(spec?.selector).matches(labels);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

/** A pod that is not ready is none of those that the budget guards, if it wants no such pod or has enough others. */
function isUncounted({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (pod.status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** The budget with one disruption less, and the pod noted. Throws TooManyRequests or Forbidden. `now` in milliseconds. */
export function spend(budget: PodDisruptionBudget, podName: string, now: number): PodDisruptionBudget {
  const { name = '', generation = 0 } = budget.metadata;
  const { status } = budget;
  if (!status || (status.observedGeneration ?? 0) < generation) {
    throw tooMany(soon, `The disruption budget ${name} is still being processed by the server.`);
  }
  const about = { group: 'policy', resource: 'poddisruptionbudget', name };
  const { disruptionsAllowed = 0 } = status;
  if (disruptionsAllowed < 0) throw forbidden(about, 'pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > mostDisrupted) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(about, why);
  }
  if (disruptionsAllowed === 0) throw tooMany(0, whyNot(budget));
  const disruptedPods = { ...status.disruptedPods, [podName]: timestamp(now) };
  return { ...budget, status: { ...status, disruptionsAllowed: disruptionsAllowed - 1, disruptedPods } };
}

function whyNot({ metadata, status }: PodDisruptionBudget): string {
  const failed = status?.conditions?.find(
    ({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed',
  );
  const budget = `The disruption budget ${metadata.name}`;
  if (failed) {
    return `${budget} does not allow evicting pods currently because it failed sync: ${failed.message}`;
  }
  return `${budget} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`;
}

const tooMany = (retryAfterSeconds: number, message: string): StatusError =>
  statusError('TooManyRequests', refused, {
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
    causes: [{ reason: 'DisruptionBudget', message }],
  });

/** The pod, with the word that it was evicted: whoever finds it failed need not look for another cause. */
export function withDisruption(pod: Pod, now: number): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: timestamp(now),
  };
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
