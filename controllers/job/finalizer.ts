/**
 * The finalizer of a Job's pods is taken away when they are counted; here also from pods that no job will count any
 * more: theirs is gone, has finished, or has let them go. So that a pod never waits for somebody who does not come.
 */
import type { Job, Pod } from '../../api/types.js';
import { jobs, pods } from '../../client/resources.js';
import type { Controller, Reader, Writer } from '../../client/runtime/controller.js';
import { keyOf, named, nameOf } from '../keys.js';
import { ownerIndexes } from '../ownership.js';
import { controllerOf } from '../pod-state.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { isTracked, specOf, trackingFinalizer } from './pods.js';
import { isFinished } from './verdict.js';

export async function release(pod: Pod, write: Writer): Promise<void> {
  if (!isTracked(pod)) return;
  const patch = { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
  await write.patch(pods, named(pod), 'strategic', patch).catch(except(isNotFound, isConflict));
}

export const jobPodFinalizers: Controller = {
  name: 'job-pod-finalizer-controller',
  sources: [
    {
      resource: pods,
      keysFor: (now, _before, read) => (now && isTracked(now) && isForgotten(now, read) ? [keyOf(now)] : []),
      indexes: { controller: ownerIndexes.controller },
    },
    { resource: jobs, keysFor: (now, before, read) => podsOf(now, before, read) },
  ],

  async reconcile(key, { read, write }) {
    const pod = read.get(pods, nameOf(key));
    if (!pod || !isTracked(pod) || !isForgotten(pod, read)) return undefined;
    const owner = controllerOf(pod);
    // The cache of jobs may be behind that of pods.
    const job = owner && (await write.getLive(jobs, { namespace: pod.metadata.namespace ?? '', name: owner.name }));
    if (!job || job.metadata.uid !== owner.uid || isDone(job)) await release(pod, write);
    return undefined;
  },
};

/** A finished job counts no more; one that another controller manages is that one's. */
const isDone = (job: Job): boolean => isFinished(job) && specOf(job).managedBy === undefined;

function isForgotten(pod: Pod, read: Reader): boolean {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'Job') return true;
  const job = read.get(jobs, { namespace: pod.metadata.namespace ?? '', name: owner.name });
  return job?.metadata.uid !== owner.uid || isDone(job);
}

function podsOf(now: Job | undefined, before: Job | undefined, read: Reader): string[] {
  const job = now ?? before;
  if (!job || (now && !isDone(now))) return [];
  return read
    .byIndex(pods, 'controller', job.metadata.uid ?? '')
    .filter(isTracked)
    .map(keyOf);
}
