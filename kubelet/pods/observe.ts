/** Looks at one pod in the runtime. What cannot change any more (addresses, the end of a container) is asked for once. */
import type { Cri } from '../cri/cri.js';
import type { ContainerListed, Sandbox } from '../cri/types.js';
import { containerOf, hashOf, messagePolicyOf, uidSelector } from './labels.js';
import type { ContainerSeen, ContainerStateSeen, SandboxSeen, Seen } from './seen.js';
import { type MessageSource, terminationMessage } from './termination-message.js';

const states: Record<ContainerListed['state'], ContainerStateSeen> = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
};

const ms = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);
const newestFirst = (a: { createdAt: number }, b: { createdAt: number }): number => b.createdAt - a.createdAt;

export class PodObserver {
  readonly #sandboxes = new Map<string, SandboxSeen>();
  readonly #containers = new Map<string, ContainerSeen>();

  constructor(
    private readonly cri: Cri,
    private readonly uid: string,
    private readonly messages: Omit<MessageSource, 'container' | 'attempt' | 'logPath' | 'policy'>,
  ) {}

  async observe(): Promise<Seen> {
    const [sandboxes, containers] = await Promise.all([
      this.cri.listPodSandbox(uidSelector(this.uid)),
      this.cri.listContainers(uidSelector(this.uid)),
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
    const { network } = await this.cri.podSandboxStatus(listed.id);
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
    if (known?.state === states[listed.state]) return known;
    const status = await this.cri.containerStatus(listed.id);
    const state = states[status.state];
    const { name, attempt } = listed.metadata;
    const policy = messagePolicyOf(listed.annotations);
    const about = { ...this.messages, container: name, attempt, logPath: status.logPath, policy };
    const seen: ContainerSeen = {
      id: listed.id,
      name: containerOf(listed.labels) || name,
      sandboxId: listed.podSandboxId,
      state,
      attempt,
      hash: hashOf(listed.annotations),
      createdAt: ms(status.createdAt),
      startedAt: ms(status.startedAt),
      finishedAt: ms(status.finishedAt),
      exitCode: status.exitCode,
      reason: status.reason,
      message: state === 'exited' ? await terminationMessage(about, status) : '',
      image: status.image.image,
      imageId: status.imageRef,
      logPath: status.logPath,
    };
    this.#containers.set(listed.id, seen);
    return seen;
  }
}

function forget<T>(known: Map<string, T>, present: readonly { id: string }[]): void {
  const ids = new Set(present.map(p => p.id));
  for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
}
