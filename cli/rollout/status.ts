/** How far a rollout has come, in kubectl's words. Pure. */
import type { AnyObject, DaemonSet, Deployment, StatefulSet } from '../../api/types.js';
import { Failure } from '../failure.js';
import { revisionAnnotation } from './revisions.js';

export interface RolloutStatus {
  said: string;
  done: boolean;
}

const waiting = (said: string): RolloutStatus => ({ said, done: false });
const complete = (said: string): RolloutStatus => ({ said, done: true });

/**
 * `revision` is the one that is waited for; 0 for whichever is the last. Throws a Failure when the rollout has failed, has
 * been overtaken by another one, or is of a kind or a strategy that tells nothing of rollouts.
 */
export function rolloutStatus(object: AnyObject, revision: number): RolloutStatus {
  const kind = `${object.apiVersion} ${object.kind}`;
  if (kind === 'apps/v1 Deployment') return deploymentStatus(object as Deployment, revision);
  if (kind === 'apps/v1 DaemonSet') return daemonSetStatus(object as DaemonSet);
  if (kind === 'apps/v1 StatefulSet') return statefulSetStatus(object as StatefulSet);
  throw new Failure(`no status viewer has been implemented for ${groupKind(object)}`);
}

/** 'ReplicaSet.apps', 'Pod'. */
export function groupKind({ apiVersion, kind }: AnyObject): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
}

function deploymentStatus({ metadata, spec, status = {} }: Deployment, revision: number): RolloutStatus {
  const { name, generation = 0 } = metadata;
  if (revision > 0) refuseOther(revision, Number(metadata.annotations?.[revisionAnnotation] ?? 0));
  if (generation > (status.observedGeneration ?? 0))
    return waiting('Waiting for deployment spec update to be observed...');
  if (status.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded'))
    throw new Failure(`deployment "${name}" exceeded its progress deadline`);
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const wanted = spec?.replicas ?? 1;
  const finish = `Waiting for deployment "${name}" rollout to finish:`;
  if (updatedReplicas < wanted)
    return waiting(`${finish} ${updatedReplicas} out of ${wanted} new replicas have been updated...`);
  if (replicas > updatedReplicas)
    return waiting(`${finish} ${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas)
    return waiting(`${finish} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return complete(`deployment "${name}" successfully rolled out`);
}

function refuseOther(wanted: number, running: number): void {
  if (wanted !== running)
    throw new Failure(`desired revision (${wanted}) is different from the running revision (${running})`);
}

const refuseOnDelete = (strategy: string | undefined): void => {
  if (strategy !== 'RollingUpdate')
    throw new Failure('rollout status is only available for RollingUpdate strategy type');
};

function daemonSetStatus({ metadata, spec, status }: DaemonSet): RolloutStatus {
  refuseOnDelete(spec?.updateStrategy?.type);
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return waiting('Waiting for daemon set spec update to be observed...');
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
  const finish = `Waiting for daemon set "${metadata.name}" rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled)
    return waiting(
      `${finish} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`,
    );
  if (numberAvailable < desiredNumberScheduled)
    return waiting(`${finish} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  return complete(`daemon set "${metadata.name}" successfully rolled out`);
}

function statefulSetStatus({ metadata, spec, status }: StatefulSet): RolloutStatus {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  refuseOnDelete(type);
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0 } = status ?? {};
  if (observedGeneration === 0 || (metadata.generation ?? 0) > observedGeneration)
    return waiting('Waiting for statefulset spec update to be observed...');
  const wanted = spec?.replicas ?? 1;
  if (readyReplicas < wanted) return waiting(`Waiting for ${wanted - readyReplicas} pods to be ready...`);
  if (rollingUpdate) {
    const above = wanted - (rollingUpdate.partition ?? 0);
    return updatedReplicas < above
      ? waiting(
          `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${above} new pods have been updated...`,
        )
      : complete(`partitioned roll out complete: ${updatedReplicas} new pods have been updated...`);
  }
  return status?.updateRevision === status?.currentRevision
    ? complete(`statefulset rolling update complete ${currentReplicas} pods at revision ${status?.currentRevision}...`)
    : waiting(
        `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${status?.updateRevision}...`,
      );
}
