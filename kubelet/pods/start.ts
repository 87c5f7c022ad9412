/** Making a container and starting it, with its image at hand. A failure becomes the container's waiting reason. */
import { readFile } from 'node:fs/promises';
import type { Container } from '../../api/types.js';
import { exponential } from '../../client/queue/backoff.js';
import { detailsOf } from '../cri/cri.js';
import type { IdMapping, Mount } from '../cri/types.js';
import { hasOwnUsers } from '../userns/namespaces.js';
import { mappedTo } from '../volumes/mapped.js';
import { afterRestart, backoffOf } from './backoff.js';
import { containerConfig } from './config/container.js';
import { containerEnv } from './config/env.js';
import { hostsFile } from './config/hosts.js';
import { containerRefusal } from './config/refusals.js';
import { sandboxConfig } from './config/sandbox.js';
import { nonRootProblem } from './config/security.js';
import { runHook } from './hooks.js';
import { containerSpec, fullName, type Job, podFacts, say } from './job.js';
import { killContainer } from './kill.js';
import type { ContainerMarks } from './labels.js';
import type { Made } from './observe.js';
import { ensureFile } from './own-file.js';
import { changed, sizeOf } from './resize/size.js';
import { latest } from './seen.js';
import { containerHash } from './want.js';

const startBackoff = { baseMs: 1000, maxMs: 60_000 };
/** A postStart hook may take as long as it likes; the runtime's calls need some number. */
const hookSeconds = 24 * 3600;

class StartFailure extends Error {
  constructor(
    readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'RunContainerError',
    cause: unknown,
  ) {
    super(detailsOf(cause), { cause });
  }
}

/** Never throws: what fails is remembered, shown, and tried again later; undefined is answered then. */
export async function startContainer(
  job: Job,
  name: string,
  attempt: number,
  sandboxId: string,
): Promise<Made | undefined> {
  const { progress, context, pod } = job;
  const container = containerSpec(pod, name);
  if (!container) return undefined;
  const before = latest(job.seen, name);
  const backoff = before && backoffOf(before, { hash: containerHash(container) });
  const restartDelayMs = before ? afterRestart(backoff, context.clock.now()).delayMs : 0;
  try {
    const marks = { attempt, restartDelayMs };
    // The group around it still has the sizes of the one before.
    const hasOther = before && changed(sizeOf(progress.sizes.get(before.id)), sizeOf(container.resources)).length > 0;
    if (hasOther) await context.cgroups.create(pod);
    const id = await context.starts.runAhead(() => createAndStart(job, container, marks, sandboxId));
    progress.startedHere.add(id);
    progress.sizes.set(id, container.resources);
    progress.problems.delete(name);
    progress.failures.delete(`container ${name}`);
    postStart(job, container, id);
    return { container: id, sandboxId };
  } catch (error) {
    const failure = error instanceof StartFailure ? error : new StartFailure('CreateContainerError', error);
    const delay = exponential(startBackoff, progress.failed(`container ${name}`));
    progress.problems.set(name, { reason: failure.reason, message: failure.message });
    progress.notBefore.containers.set(name, context.clock.now() + delay);
    say(job, 'Warning', 'Failed', `Error: ${failure.message}`, name);
    context.log.warn({ pod: fullName(pod), container: name, reason: failure.message }, 'the container was not started');
    return undefined;
  } finally {
    // The next start asks for the image anew: it may be removed, or have to be pulled again.
    progress.images.delete(name);
  }
}

type Marks = Pick<ContainerMarks, 'attempt' | 'restartDelayMs'>;

async function createAndStart(job: Job, container: Container, marks: Marks, sandboxId: string): Promise<string> {
  const { cri } = job.context;
  const config = await configFor(job, container, marks).catch(error => {
    throw new StartFailure('CreateContainerConfigError', error);
  });
  const sandboxAttempt = job.seen.sandboxes.find(s => s.id === sandboxId)?.attempt ?? 0;
  const sandbox = await sandboxFor(job, sandboxAttempt);
  const id = await cri.createContainer(sandboxId, config, sandbox).catch(error => {
    throw new StartFailure('CreateContainerError', error);
  });
  say(job, 'Normal', 'Created', `Created container: ${container.name}`, container.name);
  await cri.startContainer(id).catch(error => {
    throw new StartFailure('RunContainerError', error);
  });
  say(job, 'Normal', 'Started', `Started container ${container.name}`, container.name);
  return id;
}

/** Undefined for a pod whose users are the machine's. Throws when there are none left. */
const usersOf = async ({ pod, context }: Job): Promise<IdMapping[] | undefined> =>
  hasOwnUsers(pod) ? context.userNamespaces.mappingsOf(pod.metadata.uid ?? '') : undefined;

export async function sandboxFor(job: Job, attempt: number) {
  const { pod, context } = job;
  return sandboxConfig(pod, attempt, {
    directories: context.directories,
    cgroupParent: context.cgroups.path(pod),
    nodeDns: context.nodeDns,
    clusterDns: await context.clusterDns(),
    users: await usersOf(job),
  });
}

async function configFor(job: Job, container: Container, marks: Marks) {
  const { pod, context, progress } = job;
  const image = progress.foundImages.get(container.name);
  const problem = nonRootProblem(pod, container, image) ?? containerRefusal(container, context.node);
  if (problem !== undefined) throw new Error(problem);
  const env = await containerEnv(pod, container, {
    ...context.objects.of(pod),
    services: await context.services(),
    facts: podFacts(job),
    envFile: (volume, path) => context.volumes.envFile(pod, volume, path),
  });
  const users = await usersOf(job);
  const mounts = [
    ...(await context.volumes.containerMounts(pod, container, env, users)),
    ...(await ownMounts(job, container, marks.attempt)).map(own => mappedTo(users, own)),
  ];
  const { node, directories, cgroups } = context;
  return containerConfig(pod, container, {
    ...marks,
    env,
    mounts,
    nodeMemoryBytes: node.memoryBytes,
    cgroupVersion: cgroups.version,
    users,
    seccompRoot: directories.seccomp,
    target: targetOf(job, container),
    image,
  });
}

/** Whose processes an ephemeral container is to see. Throws when there is no such container. */
function targetOf({ pod, seen }: Job, { name }: Container): string | undefined {
  const target = pod.spec?.ephemeralContainers?.find(c => c.name === name)?.targetContainerName;
  if (!target) return undefined;
  const found = latest(seen, target);
  if (!found) throw new Error(`unable to find target container ${target}`);
  return found.id;
}

/** The hosts file and the termination log: both are the kubelet's, unless the pod mounts something there itself. */
async function ownMounts(job: Job, container: Container, attempt: number): Promise<Mount[]> {
  const { context, pod } = job;
  const uid = pod.metadata.uid ?? '';
  const taken = new Set((container.volumeMounts ?? []).map(m => m.mountPath));
  const mounts: Mount[] = [];
  const add = async (containerPath: string, hostPath: string, content: string): Promise<void> => {
    if (taken.has(containerPath)) return;
    await ensureFile(hostPath, content, containerPath === '/etc/hosts' ? 0o644 : 0o666);
    mounts.push({ containerPath, hostPath });
  };
  const nodeHosts = pod.spec?.hostNetwork ? await readFile('/etc/hosts', 'utf8') : '';
  const { domain } = await context.clusterDns();
  const hosts = hostsFile(pod, podFacts(job).podIPs, domain, nodeHosts);
  await add('/etc/hosts', context.directories.hostsFile(uid), hosts);
  const log = context.directories.terminationLog(uid, container.name, attempt);
  await add(container.terminationMessagePath ?? '/dev/termination-log', log, '');
  return mounts;
}

/** Beside the worker; the containers after this one wait for its end, and a failure kills the container. */
function postStart(job: Job, container: Container, id: string): void {
  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  const { cri, clock } = job.context;
  job.progress.hooks.add(id);
  const work = async (): Promise<void> => {
    const target = { cri, containerId: id, container, podIP: podFacts(job).podIPs[0] ?? '' };
    const failure = await runHook(hook, target, hookSeconds, clock, job.running);
    if (failure === undefined) job.progress.hooks.delete(id);
    else if (!job.running.aborted) {
      say(job, 'Warning', 'FailedPostStartHook', `PostStartHook failed: ${failure}`, container.name);
      const grace = job.pod.spec?.terminationGracePeriodSeconds ?? 30;
      killContainer(job, id, clock.now() + grace * 1000, 'FailedPostStartHook');
    }
    job.resume(`the postStart hook of container ${container.name} has ended`);
  };
  void work();
}
