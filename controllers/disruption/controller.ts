/**
 * A PodDisruptionBudget says how many pods of a kind must be there, or may be missing. This loop counts them, so that an
 * eviction can be answered at once: how many there should be (by the sizes of their owners, where the budget is relative
 * to them), how many are healthy, and how many may go. A pod whose eviction was allowed counts as gone, for two minutes
 * at most. What cannot be counted allows nothing, and its condition DisruptionAllowed says why.
 */
import { StatusError } from '../../api/status.js';
import type { Pod, PodDisruptionBudget } from '../../api/types.js';
import {
  deployments,
  podDisruptionBudgets,
  pods,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '../../client/resources.js';
import type { Context, Controller, Reader } from '../../client/runtime/controller.js';
import { keyOf, nameOf, ownKey } from '../keys.js';
import { matchesSelector } from '../pod-state.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { asError } from '../slow-start.js';
import { expectedOf, failed, isSame, needsScales, planFor, unmanaged } from './plan.js';
import type { Scales } from './scales.js';

const quiet = (): string[] => [];

export const disruptionController = (scales: Scales): Controller => ({
  name: 'disruption-controller',
  sources: [
    { resource: podDisruptionBudgets, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) => [
        ...new Set([before, now].flatMap(pod => (pod ? budgetsFor(pod, read).map(keyOf) : []))),
      ],
    },
    // Read for their sizes only: a change of size shows in pods that come and go.
    { resource: deployments, keysFor: quiet },
    { resource: replicaSets, keysFor: quiet },
    { resource: replicationControllers, keysFor: quiet },
    { resource: statefulSets, keysFor: quiet },
  ],

  async reconcile(key, context) {
    const budget = context.read.get(podDisruptionBudgets, nameOf(key));
    if (!budget) return undefined;
    try {
      return await count(budget, context, scales);
    } catch (error) {
      if (isConflict(error) || context.signal.aborted) throw error;
      const status = failed(budget, asError(error).message, context.clock.now());
      await report(budget, status, context);
      // A refusal may pass; what was found wrong stays wrong until something changes, of which the loop hears.
      if (error instanceof StatusError) throw error;
      return undefined;
    }
  },
});

const budgetsFor = (pod: Pod, read: Reader): PodDisruptionBudget[] =>
  read
    .list(podDisruptionBudgets, pod.metadata.namespace)
    .filter(({ spec }) => matchesSelector(spec?.selector, pod.metadata.labels));

async function count(budget: PodDisruptionBudget, context: Context, scales: Scales) {
  const { clock, read, signal, write } = context;
  const selected = read
    .list(pods, budget.metadata.namespace)
    .filter(({ metadata }) => matchesSelector(budget.spec?.selector, metadata.labels));
  if (selected.length === 0) write.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  const sizes = needsScales(budget) ? await sizesOf(budget, selected) : [];
  const expected = expectedOf(budget, selected.length, sizes);
  const plan = planFor(budget, selected, expected, clock.now());
  for (const pod of plan.notDeleted) {
    const said = `Pod was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`;
    write.event(pod, 'Warning', 'NotDeleted', said);
  }
  await report(budget, plan.status, context);
  return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };

  async function sizesOf(of: PodDisruptionBudget, among: readonly Pod[]): Promise<number[]> {
    const strays = unmanaged(among);
    if (strays.length > 0) write.event(of, 'Warning', 'UnmanagedPods', strayText(of));
    try {
      return await scales.of(among, read, signal);
    } catch (error) {
      const why = `Failed to calculate the number of expected pods: ${asError(error).message}`;
      write.event(of, 'Warning', 'CalculateExpectedPodCountFailed', why);
      throw error;
    }
  }
}

const strayText = (budget: PodDisruptionBudget): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${JSON.stringify(budget.spec?.selector ?? {})}) were found to be unmanaged. ` +
  'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
  'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';

async function report(budget: PodDisruptionBudget, status: PodDisruptionBudget['status'], { write }: Context) {
  if (!status || isSame(budget.status, status)) return;
  await write.updateStatus(podDisruptionBudgets, { ...budget, status }).catch(except(isNotFound));
}
