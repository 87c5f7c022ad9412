/**
 * A Job promises that its work is done: so many pods come to a good end, a few at a time. A pod that fails is replaced,
 * later and later, up to the limit; then, or at the deadline, or when a policy says so, the job has failed and what
 * still runs is ended. Of an indexed job each index is done once. Each pod is counted exactly once, though it be deleted
 * while nobody looks: a finalizer keeps it until it is (count.ts). A suspended job takes its pods back, uncounted.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Job, KubeObject, Pod } from '../../api/types.js';
import { jobs, pods } from '../../client/resources.js';
import type { Context, Controller, Writer } from '../../client/runtime/controller.js';
import { inParallel } from '../in-parallel.js';
import { nameOf, ownKey } from '../keys.js';
import { claim } from '../owned.js';
import { createPod, deletePod } from '../owned-pods.js';
import { candidatesOf, claimsOf, ownerIndexes, ownersOf } from '../ownership.js';
import { matchesSelector } from '../pod-state.js';
import { except, isNamespaceGoing, isNotFound } from '../refusals.js';
import { inBatches } from '../slow-start.js';
import { count, countPlainly } from './count.js';
import { release } from './finalizer.js';
import { type Plan, planFor } from './plan.js';
import { podFor, specOf, trackingFinalizer } from './pods.js';
import { isFinished } from './verdict.js';

const width = 32;
const ownManager = 'kubernetes.io/job-controller';

const matches = (job: Job, child: KubeObject): boolean => matchesSelector(job.spec?.selector, child.metadata.labels);

/** Jobs that somebody else manages are left alone. */
export const isOurs = (job: Job): boolean => (specOf(job).managedBy ?? ownManager) === ownManager;

/** `tracks`: the server keeps status.uncountedTerminatedPods (from 1.23 on). */
export const jobController = ({ tracks }: { tracks: boolean }): Controller => ({
  name: 'job-controller',
  workers: 5,
  sources: [
    { resource: jobs, keysFor: ownKey },
    {
      resource: pods,
      keysFor: (now, before, read) => [before, now].flatMap(pod => (pod ? ownersOf(pod, jobs, matches, read) : [])),
      indexes: ownerIndexes,
    },
  ],

  async reconcile(key, context) {
    const { clock, read, write } = context;
    const job = read.get(jobs, nameOf(key));
    if (!job || !isOurs(job) || isFinished(job)) return undefined;
    const claims = claimsOf(job, candidatesOf(job, pods, read), pod => matches(job, pod));
    await claim(pods, claims, jobs, job, write, tracks ? trackingFinalizer : undefined);
    const plan = planFor(job, claims.mine, clock.now(), tracks ? count : countPlainly);
    const { error, started } = await scale(job, plan, tracks, context);
    await report(job, plan, started, write);
    const failed = await inParallel(plan.release, width, pod => release(pod, write));
    if (error ?? failed[0]) throw error ?? failed[0];
    return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };
  },
});

/** `started`: how many more pods are active than before. */
async function scale(job: Job, plan: Plan, tracks: boolean, { write }: Context) {
  let started = 0;
  const created = await inBatches(plan.create, async wanted => {
    await createPod(tracks ? podFor(job, wanted) : untracked(podFor(job, wanted)), job, write);
    started++;
  });
  const withdrawn = await inParallel(plan.withdraw, width, async pod => {
    await release(pod, write);
    await deletePod(pod, job, write);
    started--;
  });
  const ended = await inParallel(plan.end, width, async pod => {
    await deletePod(pod, job, write);
    started--;
  });
  const error = [created, ...withdrawn, ...ended].find(one => one && !isNamespaceGoing(one));
  return { error, started };
}

function untracked(pod: Pod): Pod {
  const { finalizers = [], ...metadata } = pod.metadata;
  const others = finalizers.filter(one => one !== trackingFinalizer);
  return { ...pod, metadata: { ...metadata, ...(others.length > 0 ? { finalizers: others } : {}) } };
}

/** The status must be written before a pod that it counts is let go. */
async function report(job: Job, plan: Plan, started: number, write: Writer): Promise<void> {
  const { active: before = 0, ...rest } = plan.status;
  const active = before + started;
  const status = { ...rest, ...(active > 0 ? { active } : {}) };
  if (isDeepStrictEqual(status, job.status)) return;
  await write.updateStatus(jobs, { ...job, status }).catch(except(isNotFound));
  for (const { type, reason, message } of plan.news) write.event(job, type, reason, message);
}
