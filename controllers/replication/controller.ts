/**
 * A ReplicationController promises that as many pods as it says, with the labels it selects, are running or about to.
 * Pods that match and that nothing controls are adopted, pods that stopped matching are released. A pod that ended or
 * is on its way out does not count: it is replaced, and left to go in peace. When there are too few, pods are made from
 * the template, in batches that double; when there are too many, the ones that cost least go (order.ts). The status
 * says how many there are, and how many of them serve.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Pod, ReplicationController } from '../../api/types.js';
import { pods, replicationControllers } from '../../client/resources.js';
import type { Controller, Reader, Writer } from '../../client/runtime/controller.js';
import { keyOf, nameOf, ownKey } from '../keys.js';
import { claimPods, createPod, deletePod, podFrom } from '../owned-pods.js';
import { controllerOf, isActive, selects } from '../pod-state.js';
import { except, isNamespaceGoing, isNotFound } from '../refusals.js';
import { asError, slowStart } from '../slow-start.js';
import { type Plan, planFor } from './plan.js';
import { type Failure, withFailure } from './status.js';

/** No more pods than this are made or deleted in one turn. */
const burst = 500;

export const replicationController: Controller = {
  name: 'replication-controller',
  workers: 5,
  sources: [
    { resource: replicationControllers, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) => [before, now].flatMap(pod => (pod ? controllersFor(pod, read) : [])),
      indexes: {
        controller: (pod: Pod) => [controllerOf(pod)?.uid ?? ''],
        orphans: (pod: Pod) => (isActive(pod) && !controllerOf(pod) ? [pod.metadata.namespace ?? ''] : []),
      },
    },
  ],

  async reconcile(key, { read, write, clock }) {
    const rc = read.get(replicationControllers, nameOf(key));
    if (!rc) return undefined;
    const candidates = [
      ...read.byIndex(pods, 'controller', rc.metadata.uid ?? ''),
      ...read.byIndex(pods, 'orphans', rc.metadata.namespace ?? ''),
    ];
    const plan = planFor(rc, candidates, clock.now());
    await claimPods(replicationControllers, rc, plan, write);
    const failure = await scale(rc, plan, write);
    const status = withFailure(plan.status, failure, clock.now());
    if (!isDeepStrictEqual(status, rc.status)) {
      await write.updateStatus(replicationControllers, { ...rc, status }).catch(except(isNotFound));
    }
    if (failure) throw failure.error;
    return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };
  },
};

/** The keys of the controller that has this pod or, for a pod that nothing controls, of those that would. */
function controllersFor(pod: Pod, read: Reader): string[] {
  const owner = controllerOf(pod);
  if (owner) return owner.kind === 'ReplicationController' ? [`${pod.metadata.namespace}/${owner.name}`] : [];
  if (!isActive(pod)) return [];
  const here = read.list(replicationControllers, pod.metadata.namespace);
  return here.filter(rc => selects(rc.spec?.selector, pod.metadata.labels)).map(keyOf);
}

async function scale(rc: ReplicationController, plan: Plan, write: Writer): Promise<Failure | undefined> {
  const pod = podFrom(rc.spec?.template, rc);
  const { error } = await slowStart(Math.min(plan.create, burst), () => createPod(pod, rc, write));
  if (error) return isNamespaceGoing(error) ? undefined : { reason: 'FailedCreate', error };
  const deletions = plan.delete.slice(0, burst).map(surplus => deletePod(surplus, rc, write));
  const failed = (await Promise.allSettled(deletions)).find(result => result.status === 'rejected');
  return failed && { reason: 'FailedDelete', error: asError(failed.reason) };
}
