/**
 * A CronJob makes a job at each time of its schedule, in its time zone: once for each, and under a name that says which,
 * so that not even a crash makes it twice. Of starts that were missed the last one is made up for, if its deadline has
 * not passed. While a job still runs the next one runs beside it, or is left out, or takes its place. So many finished
 * jobs are kept as the limits say.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CronJob, Job, KubeObject } from '../../api/types.js';
import { cronJobs, jobs } from '../../client/resources.js';
import type { Context, Controller, Writer } from '../../client/runtime/controller.js';
import { keyOf, named, nameOf, ownKey } from '../keys.js';
import { ownerIndexes } from '../ownership.js';
import { controllerOf } from '../pod-state.js';
import { except, isAlreadyExists, isNamespaceGoing, isNotFound } from '../refusals.js';
import { asError } from '../slow-start.js';
import { type CronJobStatus, type Plan, planFor, started } from './plan.js';

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  workers: 5,
  sources: [
    { resource: cronJobs, keysFor: ownKey },
    {
      resource: jobs,
      keysFor: (now, before) => [before, now].flatMap(job => (job ? ownerOf(job) : [])),
      indexes: { controller: ownerIndexes.controller },
    },
  ],

  async reconcile(key, { clock, read, write }) {
    const cronJob = read.get(cronJobs, nameOf(key));
    if (!cronJob) return undefined;
    const own = read.byIndex(jobs, 'controller', cronJob.metadata.uid ?? '');
    const plan = planFor(cronJob, own, clock.now());
    for (const { type, reason, message } of plan.news) write.event(cronJob, type, reason, message);
    for (const job of [...plan.forget, ...plan.replace]) await remove(cronJob, job, write);
    const status = plan.start ? await start(cronJob, plan, plan.start, write) : plan.status;
    if (status && !isDeepStrictEqual(status, cronJob.status)) {
      await write.updateStatus(cronJobs, { ...cronJob, status }).catch(except(isNotFound));
    }
    return plan.lookAgainAfterMs === undefined ? undefined : { requeueAfterMs: plan.lookAgainAfterMs };
  },
};

function ownerOf(job: KubeObject): string[] {
  const owner = controllerOf(job);
  return owner?.kind === 'CronJob' ? [`${job.metadata.namespace}/${owner.name}`] : [];
}

async function remove(cronJob: CronJob, job: Job, write: Writer): Promise<void> {
  const name = job.metadata.name ?? '';
  try {
    const preconditions = { uid: job.metadata.uid ?? '' };
    await write.delete(jobs, named(job), { propagationPolicy: 'Background', preconditions });
    write.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  } catch (error) {
    write.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${asError(error).message}`);
    throw error;
  }
}

/** The status with the job that was made; undefined when nothing can be made, and nothing needs to be said. */
async function start(
  cronJob: CronJob,
  plan: Plan,
  { at, job }: NonNullable<Plan['start']>,
  write: Context['write'],
): Promise<CronJobStatus | undefined> {
  try {
    const made = await write.create(jobs, job);
    write.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    return started(plan.status, made, at);
  } catch (thrown) {
    if (isNamespaceGoing(thrown)) return undefined;
    if (isAlreadyExists(thrown)) return taken(cronJob, plan, at, job, write);
    write.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${asError(thrown).message}`);
    throw thrown;
  }
}

/** Its name is taken: by an earlier life of this loop, or by somebody else, who has then done what was to be done. */
async function taken(cronJob: CronJob, plan: Plan, at: number, job: Job, write: Writer) {
  const found = await write.getLive(jobs, named(job));
  if (!found) throw new Error(`the job ${keyOf(job)} exists, and was gone when it was looked at`);
  if (controllerOf(found)?.uid === cronJob.metadata.uid) return started(plan.status, found, at);
  const message = `Error creating job: jobs.batch "${job.metadata.name}" already exists, and is not this cron job's`;
  write.event(cronJob, 'Warning', 'FailedCreate', message);
  return plan.status;
}
