/**
 * A ReplicationController, or a ReplicaSet, promises that as many pods as it says, with the labels it selects, are running or about to.
 * Pods that match and that nothing controls are adopted, pods that stopped matching are released. A pod that ended or
 * is on its way out does not count: it is replaced, and left to go in peace. When there are too few, pods are made from
 * the template, in batches that double; when there are too many, the ones that cost least go (deletion-order.ts). The status
 * says how many there are, and how many of them serve.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Pod, ReplicaSet, ReplicationController } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { pods, replicaSets, replicationControllers } from '../../client/resources.js';
import type { Controller, Reader, Writer } from '../../client/runtime/controller.js';
import { keyOf, nameOf, ownKey } from '../keys.js';
import { claim } from '../owned.js';
import { createPod, deletePod, podFrom } from '../owned-pods.js';
import { ownerIndexes } from '../ownership.js';
import { controllerOf, isActive, matchesSelector, selects } from '../pod-state.js';
import { except, isNamespaceGoing, isNotFound } from '../refusals.js';
import { asError, slowStart } from '../slow-start.js';
import { type Plan, planFor } from './plan.js';
import { type Failure, type Replicating, withFailure } from './status.js';

/** No more pods than this are made or deleted in one turn. */
const burst = 500;

interface Kind<T extends Replicating> {
  name: string;
  resource: Resource<T>;
  selects(owner: T, object: KubeObject): boolean;
}

const replicating = <T extends Replicating>(kind: Kind<T>): Controller => ({
  name: kind.name,
  workers: 5,
  sources: [
    { resource: kind.resource, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) => [before, now].flatMap(pod => (pod ? ownersOf(pod, kind, read) : [])),
      indexes: {
        controller: ownerIndexes.controller,
        orphans: (pod: Pod) => (isActive(pod) && !controllerOf(pod) ? [pod.metadata.namespace ?? ''] : []),
      },
    },
  ],

  async reconcile(key, { read, write, clock }) {
    const owner = read.get(kind.resource, nameOf(key));
    if (!owner) return undefined;
    const candidates = [
      ...read.byIndex(pods, 'controller', owner.metadata.uid ?? ''),
      ...read.byIndex(pods, 'orphans', owner.metadata.namespace ?? ''),
    ];
    const plan = planFor(owner, pod => kind.selects(owner, pod), candidates, clock.now());
    await claim(pods, plan, kind.resource, owner, write);
    const failure = await scale(owner, plan, write);
    const status = withFailure(plan.status, failure, clock.now());
    if (!isDeepStrictEqual(status, owner.status)) {
      await write.updateStatus(kind.resource, { ...owner, status }).catch(except(isNotFound));
    }
    if (failure) throw failure.error;
    return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };
  },
});

export const replicationController = replicating<ReplicationController>({
  name: 'replication-controller',
  resource: replicationControllers,
  selects: ({ spec }, { metadata }) => selects(spec?.selector, metadata.labels),
});

export const replicaSetController = replicating<ReplicaSet>({
  name: 'replicaset-controller',
  resource: replicaSets,
  selects: ({ spec }, { metadata }) => matchesSelector(spec?.selector, metadata.labels),
});

/** The keys of the owner that has this pod or, for a pod that nothing controls, of those that would. */
function ownersOf<T extends Replicating>(pod: Pod, kind: Kind<T>, read: Reader): string[] {
  const owner = controllerOf(pod);
  if (owner) return owner.kind === kind.resource.kind ? [`${pod.metadata.namespace}/${owner.name}`] : [];
  if (!isActive(pod)) return [];
  const here = read.list(kind.resource, pod.metadata.namespace);
  return here.filter(candidate => kind.selects(candidate, pod)).map(keyOf);
}

async function scale(owner: Replicating, plan: Plan, write: Writer): Promise<Failure | undefined> {
  const pod = podFrom(owner.spec?.template, owner);
  const { error } = await slowStart(Math.min(plan.create, burst), () => createPod(pod, owner, write));
  if (error) return isNamespaceGoing(error) ? undefined : { reason: 'FailedCreate', error };
  const deletions = plan.delete.slice(0, burst).map(surplus => deletePod(surplus, owner, write));
  const failed = (await Promise.allSettled(deletions)).find(result => result.status === 'rejected');
  return failed && { reason: 'FailedDelete', error: asError(failed.reason) };
}
