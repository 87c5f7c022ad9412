/**
 * Looks at one pod in the runtime. What cannot change any more (addresses, the end of a container) is asked for once, and
 * of what the kubelet has just made itself only that is looked at: on a node that starts many pods, lists for each of them
 * are half of all calls.
 */
import type { Clock } from '../../api/clock.js';
import type { Announced } from '../cri/announced.js';
import type { Cri } from '../cri/cri.js';
import type { ContainerListed, ContainerStatus, Sandbox, SandboxStatus } from '../cri/types.js';
import type { Directories } from '../directories.js';
import { containerOf, hashOf, messagePolicyOf, restartDelayOf, uidSelector } from './labels.js';
import { type ContainerSeen, nothingSeen, type SandboxSeen, type Seen, stateSeen } from './seen.js';
import { terminationMessage } from './termination-message.js';

const isReady = ({ state }: Pick<Sandbox, 'state'>): boolean => state === 'SANDBOX_READY';

const killed = 137;
const outOfMemory = 'OOMKilled';
/** The runtime hears of the kernel's kill apart from the exit, and may be asked between the two. */
const looksForOomMs = [10, 20, 40, 80, 160, 320];

const ms = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);
type Listed = { createdAt: number; metadata: { attempt: number } };
/** By their numbers: the machine's clock may have been set back meanwhile. */
const newestFirst = (a: Listed, b: Listed): number =>
  b.metadata.attempt - a.metadata.attempt || b.createdAt - a.createdAt;

/** What a step has put into the runtime, by its id, where it has changed nothing else there. */
export type Made = { sandbox: string } | { container: string; sandboxId: string };

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
  #seen: Seen = nothingSeen;

  constructor(private readonly options: ObserverOptions) {}

  async observe(): Promise<Seen> {
    const { cri, uid } = this.options;
    const [sandboxes, containers] = await Promise.all([
      cri.listPodSandbox(uidSelector(uid)),
      cri.listContainers(uidSelector(uid)),
    ]);
    this.#seen = {
      sandboxes: await Promise.all(sandboxes.sort(newestFirst).map(s => this.#sandbox(s))),
      containers: await Promise.all(containers.sort(newestFirst).map(c => this.#container(c))),
    };
    forget(this.#sandboxes, this.#seen.sandboxes);
    forget(this.#containers, this.#seen.containers);
    return this.#seen;
  }

  /** What was seen last, and this. */
  async observeMade(made: Made): Promise<Seen> {
    const { cri } = this.options;
    const { sandboxes, containers } = this.#seen;
    if ('sandbox' in made) {
      const sandbox = this.#newSandbox(await cri.podSandboxStatus(made.sandbox), undefined);
      this.#seen = { sandboxes: [sandbox, ...sandboxes], containers };
    } else {
      const container = await this.#newContainer(await cri.containerStatus(made.container), made.sandboxId);
      this.#seen = { sandboxes, containers: [container, ...containers] };
    }
    return this.#seen;
  }

  async #sandbox(listed: Sandbox): Promise<SandboxSeen> {
    const known = this.#sandboxes.get(listed.id);
    if (known?.ready === isReady(listed)) return known;
    return this.#newSandbox(await this.options.cri.podSandboxStatus(listed.id), known);
  }

  #newSandbox(status: SandboxStatus, known: SandboxSeen | undefined): SandboxSeen {
    const { network } = status;
    const ips = network?.ip ? [network.ip, ...network.additionalIps.map(a => a.ip)] : [];
    const seen = {
      id: status.id,
      ready: isReady(status),
      attempt: status.metadata.attempt,
      createdAt: ms(status.createdAt),
      // A dead sandbox has lost its address, but the pod's status still tells it.
      ips: ips.length > 0 ? ips : (known?.ips ?? []),
    };
    this.#sandboxes.set(seen.id, seen);
    return seen;
  }

  async #container(listed: ContainerListed): Promise<ContainerSeen> {
    const known = this.#containers.get(listed.id);
    if (known?.state !== stateSeen[listed.state])
      return this.#newContainer(await this.options.cri.containerStatus(listed.id), listed.podSandboxId);
    const seen = withOom(known, this.options.ooms);
    this.#containers.set(seen.id, seen);
    return seen;
  }

  async #newContainer(status: ContainerStatus, sandboxId: string): Promise<ContainerSeen> {
    const seen = await this.#describe(await this.#final(status), sandboxId);
    this.#containers.set(seen.id, seen);
    return seen;
  }

  /** With its final reason, once it has ended. */
  async #final(first: ContainerStatus): Promise<ContainerStatus> {
    const { cri, clock, ooms, mayRunOut } = this.options;
    const { id, metadata, exitCode } = first;
    if (exitCode !== killed || !mayRunOut({ id, name: metadata.name })) return first;
    let status = first;
    for (const wait of looksForOomMs) {
      if (status.reason === outOfMemory || ooms.has(id)) break;
      await clock.sleep(wait);
      status = await cri.containerStatus(id);
    }
    return status;
  }

  async #describe(status: ContainerStatus, sandboxId: string): Promise<ContainerSeen> {
    const { uid, directories, ooms } = this.options;
    const state = stateSeen[status.state];
    const { name, attempt } = status.metadata;
    const policy = messagePolicyOf(status.annotations);
    const source = { directories, uid, container: name, attempt, logPath: status.logPath, policy };
    const seen: ContainerSeen = {
      id: status.id,
      name: containerOf(status.labels) || name,
      sandboxId,
      state,
      attempt,
      hash: hashOf(status.annotations),
      createdAt: ms(status.createdAt),
      restartDelayMs: restartDelayOf(status.annotations),
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
