/** Looks at one pod in the runtime. What cannot change any more (addresses, the end of a container) is asked for once. */
import type { Clock } from '../../api/clock.js';
import type { Announced } from '../cri/announced.js';
import type { Cri } from '../cri/cri.js';
import type { ContainerListed, ContainerStatus, Sandbox } from '../cri/types.js';
import type { Directories } from '../directories.js';
import { containerOf, hashOf, messagePolicyOf, restartDelayOf, uidSelector } from './labels.js';
import type { ContainerSeen, ContainerStateSeen, SandboxSeen, Seen } from './seen.js';
import { terminationMessage } from './termination-message.js';

const states: Record<ContainerListed['state'], ContainerStateSeen> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

const killed = 137;
const outOfMemory = 'OOMKilled';
/** The runtime hears of the kernel's kill apart from the exit, and may be asked between the two. */
const looksForOomMs = [10, 20, 40, 80, 160, 320];

const ms = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);
type Listed = { createdAt: number; metadata: { attempt: number } };
/** By their numbers: the machine's clock may have been set back meanwhile. */
const newestFirst = (a: Listed, b: Listed): number =>
  b.metadata.attempt - a.metadata.attempt || b.createdAt - a.createdAt;

export interface ObserverOptions {
  cri: Cri;
  clock: Clock;
  ooms: Announced;
  /** Of the pod. */
  uid: string;
  directories: Directories;
  /** Whether a container that was killed may have been killed for its memory. */
  mayRunOut: (container: { id: string; name: string }) => boolean;
}

export class PodObserver {
  readonly #sandboxes = new Map<string, SandboxSeen>();
  readonly #containers = new Map<string, ContainerSeen>();

  constructor(private readonly options: ObserverOptions) {}

  async observe(): Promise<Seen> {
    const { cri, uid } = this.options;
    const [sandboxes, containers] = await Promise.all([
      cri.listPodSandbox(uidSelector(uid)),
      cri.listContainers(uidSelector(uid)),
    ]);
    const seen: Seen = {
      sandboxes: await Promise.all(sandboxes.sort(newestFirst).map(s => this.#sandbox(s))),
      containers: await Promise.all(containers.sort(newestFirst).map(c => this.#container(c))),
    };
    forget(this.#sandboxes, seen.sandboxes);
    forget(this.#containers, seen.containers);
    return seen;
  }

  async #sandbox(listed: Sandbox): Promise<SandboxSeen> {
    const known = this.#sandboxes.get(listed.id);
    const ready = listed.state === 'SANDBOX_READY';
    if (known?.ready === ready) return known;
    const { network } = await this.options.cri.podSandboxStatus(listed.id);
    const ips = network?.ip ? [network.ip, ...network.additionalIps.map(a => a.ip)] : [];
    const seen = {
      id: listed.id,
      ready,
      attempt: listed.metadata.attempt,
      createdAt: ms(listed.createdAt),
      // A dead sandbox has lost its address, but the pod's status still tells it.
      ips: ips.length > 0 ? ips : (known?.ips ?? []),
    };
    this.#sandboxes.set(listed.id, seen);
    return seen;
  }

  async #container(listed: ContainerListed): Promise<ContainerSeen> {
    const known = this.#containers.get(listed.id);
    const seen =
      known?.state === states[listed.state]
        ? withOom(known, this.options.ooms)
        : await this.#describe(listed, await this.#status(listed));
    this.#containers.set(listed.id, seen);
    return seen;
  }

  /** With its final reason, once it has ended. */
  async #status(listed: ContainerListed): Promise<ContainerStatus> {
    const { cri, clock, ooms, mayRunOut } = this.options;
    let status = await cri.containerStatus(listed.id);
    if (status.exitCode !== killed || !mayRunOut({ id: listed.id, name: listed.metadata.name })) return status;
    for (const wait of looksForOomMs) {
      if (status.reason === outOfMemory || ooms.has(listed.id)) break;
      await clock.sleep(wait);
      status = await cri.containerStatus(listed.id);
    }
    return status;
  }

  async #describe(listed: ContainerListed, status: ContainerStatus): Promise<ContainerSeen> {
    const { uid, directories, ooms } = this.options;
    const state = states[status.state];
    const { name, attempt } = listed.metadata;
    const policy = messagePolicyOf(listed.annotations);
    const source = { directories, uid, container: name, attempt, logPath: status.logPath, policy };
    const seen: ContainerSeen = {
      id: listed.id,
      name: containerOf(listed.labels) || name,
      sandboxId: listed.podSandboxId,
      state,
      attempt,
      hash: hashOf(listed.annotations),
      createdAt: ms(status.createdAt),
      restartDelayMs: restartDelayOf(listed.annotations),
      startedAt: ms(status.startedAt),
      finishedAt: ms(status.finishedAt),
      exitCode: status.exitCode,
      reason: status.reason,
      message: state === 'exited' ? await terminationMessage(source, status) : '',
      image: status.image.image,
      imageId: status.imageRef,
      logPath: status.logPath,
    };
    return withOom(seen, ooms);
  }
}

/** The kernel's kill may be told after the end that it has caused. */
const withOom = (seen: ContainerSeen, ooms: Announced): ContainerSeen =>
  seen.exitCode === killed && seen.reason !== outOfMemory && ooms.has(seen.id)
    ? { ...seen, reason: outOfMemory }
    : seen;

function forget<T>(known: Map<string, T>, present: readonly { id: string }[]): void {
  const ids = new Set(present.map(p => p.id));
  for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
}
