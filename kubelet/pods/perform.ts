/**
 * Does one step. Throws when it failed in a way that only a later try can mend; the worker then waits a little. Answers
 * what it has made in the runtime, where nothing else has changed there.
 */
import { mkdir, rm } from 'node:fs/promises';
import { StatusError } from '../../api/status.js';
import { exponential } from '../../client/queue/backoff.js';
import { pods, runtimeClasses } from '../../client/resources.js';
import { isNotFound as isMissing } from '../../client/runtime/writer.js';
import { detailsOf, isNotFound } from '../cri/cri.js';
import { podName } from '../directories.js';
import { removeLog } from '../logs/rotation.js';
import { hasOwnUsers } from '../userns/namespaces.js';
import { removeWithMounts } from '../volumes/mounts.js';
import { fetchImage } from './fetch.js';
import { fullName, type Job, podFacts, say } from './job.js';
import { killContainer, tellOfEnd } from './kill.js';
import type { Made } from './observe.js';
import { resizePod } from './resize/perform.js';
import { sandboxFor, startContainer } from './start.js';
import type { Step } from './step.js';

const volumeBackoff = { baseMs: 500, maxMs: 120_000 };
const sandboxBackoff = { baseMs: 1000, maxMs: 60_000 };

export type Performable = Exclude<Step, { do: 'wait' } | { do: 'nothingLeft' }>;

export async function perform(step: Performable, job: Job): Promise<Made | undefined> {
  switch (step.do) {
    case 'createSandbox':
      return createSandbox(job, step.attempt);
    case 'startContainer':
      return startContainer(job, step.container, step.attempt, step.sandboxId);
    default:
      await performOther(step, job);
      return undefined;
  }
}

/** Those that make nothing. */
async function performOther(
  step: Exclude<Performable, { do: 'createSandbox' } | { do: 'startContainer' }>,
  job: Job,
): Promise<void> {
  const { cri } = job.context;
  const { progress } = job;
  switch (step.do) {
    case 'kill':
      return killContainer(job, step.id, step.deadline, step.message);
    case 'tell':
      return tellOfEnd(job, step.id, step.deadline);
    case 'mountVolumes':
      return mountVolumes(job);
    case 'resize':
      return resizePod(job);
    case 'ensureImage':
      return fetchImage(job, step.container);
    case 'stopSandbox':
      await cri.stopPodSandbox(step.id);
      progress.stopped.add(step.id);
      return;
    case 'removeSandbox':
      return cri.removePodSandbox(step.id);
    case 'removeContainer':
      return removeContainer(job, step.id);
    case 'unmountVolumes':
      await job.context.volumes.unmount(job.pod.metadata.uid ?? '');
      progress.volumesMounted = false;
      progress.volumesLeft = false;
      return;
    case 'removeTraces':
      return removeTraces(job);
    case 'removeFromApi':
      return removeFromApi(job);
  }
}

async function mountVolumes(job: Job): Promise<void> {
  const { progress, context } = job;
  progress.volumesLeft = true;
  try {
    await context.volumes.mount(job.pod, podFacts(job));
    progress.volumesMounted = true;
    progress.failures.delete('volumes');
  } catch (error) {
    progress.notBefore.volumes = context.clock.now() + exponential(volumeBackoff, progress.failed('volumes'));
    say(job, 'Warning', 'FailedMount', detailsOf(error));
  }
}

async function createSandbox(job: Job, attempt: number): Promise<Made | undefined> {
  const { progress, context, pod } = job;
  try {
    const sandbox = await context.starts.run(async () => {
      await Promise.all([
        context.cgroups.create(pod),
        mkdir(context.directories.podLogs(podName(pod)), { recursive: true }),
      ]);
      return context.cri.runPodSandbox(await sandboxFor(job, attempt), await runtimeHandler(job));
    });
    progress.failures.delete('sandbox');
    return { sandbox };
  } catch (error) {
    progress.notBefore.sandbox = context.clock.now() + exponential(sandboxBackoff, progress.failed('sandbox'));
    say(job, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${detailsOf(error)}`);
    context.log.warn({ pod: fullName(pod), reason: detailsOf(error) }, 'the sandbox was not made');
    return undefined;
  }
}

/** What the pod's RuntimeClass is called in the runtime's configuration. Throws when it cannot do what the pod needs. */
async function runtimeHandler(job: Job): Promise<string | undefined> {
  const handler = await handlerOf(job);
  const { handlers } = job.context.node.runtime;
  const can = handlers.find(({ name }) => name === (handler ?? ''))?.features?.userNamespaces;
  if (!hasOwnUsers(job.pod) || can) return handler;
  const who = handler ? `RuntimeClass handler "${handler}"` : 'runtime';
  throw new Error(`can't set \`spec.hostUsers: false\`, ${who} does not support user namespaces`);
}

/** Throws when there is no such class. */
async function handlerOf({ pod, context }: Job): Promise<string | undefined> {
  const name = pod.spec?.runtimeClassName;
  if (!name) return undefined;
  const found = await context.client.get(runtimeClasses, { name }).catch(error => {
    if (isMissing(error)) throw new Error(`RuntimeClass "${name}" not found`);
    throw error;
  });
  return found.handler;
}

async function removeContainer({ context, seen, pod, progress }: Job, id: string): Promise<void> {
  await context.cri.removeContainer(id).catch(error => {
    if (!isNotFound(error)) throw error;
  });
  progress.hooks.delete(id);
  const container = seen.containers.find(c => c.id === id);
  if (!container) return;
  const message = context.directories.terminationLog(pod.metadata.uid ?? '', container.name, container.attempt);
  await Promise.all([container.logPath ? removeLog(container.logPath) : undefined, rm(message, { force: true })]);
}

async function removeTraces({ context, pod, progress }: Job): Promise<void> {
  const { directories, cgroups, userNamespaces, clock } = context;
  const uid = pod.metadata.uid ?? '';
  await removeWithMounts(directories.pod(uid));
  await rm(directories.podLogs(podName(pod)), { recursive: true, force: true });
  await cgroups.remove(uid, clock);
  await userNamespaces.release(uid);
  progress.traces = false;
}

/** Nothing of the pod is left here: only now does its name become free. */
async function removeFromApi({ context, pod, progress, cause }: Job): Promise<void> {
  const { namespace, name, uid } = podName(pod);
  try {
    const options = { gracePeriodSeconds: 0, preconditions: { uid }, cause };
    await context.client.delete(pods, { namespace, name }, options);
  } catch (error) {
    // A conflict is about the uid: the name belongs to another pod already.
    const gone = error instanceof StatusError && (error.reason === 'NotFound' || error.reason === 'Conflict');
    if (!gone) throw error;
  }
  progress.removedFromApi = true;
}
