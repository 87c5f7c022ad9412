/**
 * Ending a container: its preStop hook, the stop signal, and the kill when the grace is over. It goes on beside the
 * worker; a nearer deadline that comes meanwhile overtakes it.
 */
import { detailsOf } from '../cri/cri.js';
import { runHook } from './hooks.js';
import { containerSpec, fullName, type Job, podFacts, say } from './job.js';

/** What a container gets after a preStop hook that used up the whole grace. */
const leastAfterHookSeconds = 2;
/** For preStop hooks there is no other limit than the grace; a failed kill is tried again after this. */
const retryMs = 1000;

export function killContainer(job: Job, id: string, deadline: number, message: string): void {
  const { kills } = job.progress;
  const isFirst = !kills.has(id);
  kills.set(id, deadline);
  const name = job.seen.containers.find(c => c.id === id)?.name ?? '';
  if (isFirst) say(job, 'Normal', 'Killing', message, name);
  const done = async (): Promise<void> => {
    const failure = await stop(job, id, name, deadline, isFirst);
    if (failure !== undefined) await job.context.clock.sleep(retryMs, job.context.signal);
    // A kill with a nearer deadline has taken over.
    if (kills.get(id) === deadline) kills.delete(id);
    job.wake(`container ${name} was stopped`);
  };
  void done();
}

/** Runs the preStop hook of a container that ends only after the others: a proxy then takes nothing new. */
export function tellOfEnd(job: Job, id: string, deadline: number): void {
  const name = job.seen.containers.find(c => c.id === id)?.name ?? '';
  const seconds = Math.ceil((deadline - job.context.clock.now()) / 1000);
  job.progress.told.set(id, preStop(job, id, name, Math.max(seconds, 1)));
}

async function stop(
  job: Job,
  id: string,
  name: string,
  deadline: number,
  isFirst: boolean,
): Promise<string | undefined> {
  const { cri, clock, log } = job.context;
  const remaining = (): number => Math.ceil((deadline - clock.now()) / 1000);
  try {
    const hook = (): Promise<boolean> => job.progress.told.get(id) ?? preStop(job, id, name, remaining());
    const hasHook = isFirst && remaining() > 0 && (await hook());
    await cri.stopContainer(id, Math.max(remaining(), hasHook ? leastAfterHookSeconds : 0));
    return undefined;
  } catch (error) {
    log.warn(
      { pod: fullName(job.pod), container: name, reason: detailsOf(error) },
      'the container could not be stopped',
    );
    return detailsOf(error);
  }
}

/** Answers whether there was one. */
async function preStop(job: Job, id: string, name: string, graceSeconds: number): Promise<boolean> {
  const container = containerSpec(job.pod, name);
  const hook = container?.lifecycle?.preStop;
  if (!container || !hook) return false;
  const { cri, clock, signal } = job.context;
  const target = { cri, containerId: id, container, podIP: podFacts(job).podIPs[0] ?? '' };
  const failure = await runHook(hook, target, graceSeconds, clock, signal);
  if (failure !== undefined) say(job, 'Warning', 'FailedPreStopHook', `PreStopHook failed: ${failure}`, name);
  return true;
}
