/** The probers of a pod's containers: one for each that runs and has probes, from its start to its end. */
import type { PodStatus } from '../../api/types.js';
import { Prober } from '../probes/prober.js';
import { containerSpec, type Job, podFacts, say } from './job.js';
import type { ContainerSeen } from './seen.js';

export class Readiness {
  readonly #probers = new Map<string, Prober>();

  /** Starts what is missing and ends what has lost its container. */
  follow(job: Job): void {
    const running = new Map(job.seen.containers.filter(c => c.state === 'running').map(c => [c.id, c]));
    for (const [id, prober] of this.#probers) {
      if (running.has(id)) continue;
      prober.stop();
      this.#probers.delete(id);
    }
    for (const [id, container] of running) if (!this.#probers.has(id)) this.#start(job, id, container);
  }

  /** Nothing is asked any more; the last answers stay. */
  stop(): void {
    for (const prober of this.#probers.values()) prober.stop();
  }

  started(id: string): boolean {
    return this.#probers.get(id)?.verdict.started ?? true;
  }

  /** Ids of containers whose startup probe has not passed. */
  starting(): Set<string> {
    return new Set([...this.#probers.keys()].filter(id => !this.started(id)));
  }

  ready(id: string): boolean {
    return this.#probers.get(id)?.verdict.ready ?? true;
  }

  /** Container id -> why it has to be killed. */
  unhealthy(): Map<string, { message: string; graceSeconds?: number }> {
    const all = [...this.#probers].map(([id, prober]) => [id, prober.verdict.fatal] as const);
    return new Map(all.flatMap(([id, fatal]) => (fatal ? [[id, fatal]] : [])));
  }

  #start(job: Job, id: string, seen: ContainerSeen): void {
    const container = containerSpec(job.pod, seen.name);
    if (!container || !(container.startupProbe ?? container.readinessProbe ?? container.livenessProbe)) return;
    const known = job.progress.startedHere.has(id) ? undefined : fromApi(job.pod.status, id);
    this.#probers.set(
      id,
      new Prober({
        target: { cri: job.context.cri, containerId: id, container, podIP: podFacts(job).podIPs[0] ?? '' },
        startedAt: seen.startedAt,
        clock: job.context.clock,
        meter: job.context.probes.of(job.pod, seen.name),
        say: (type, reason, message) => say(job, type, reason, message, seen.name),
        changed: () => job.resume(`a probe of container ${seen.name}`),
        ...(known ? { known } : {}),
      }),
    );
  }
}

/** An earlier kubelet's word: its restart must not take a pod out of its services. */
function fromApi(pod: PodStatus | undefined, id: string) {
  const all = [...(pod?.initContainerStatuses ?? []), ...(pod?.containerStatuses ?? [])];
  const status = all.find(s => s.containerID?.endsWith(`://${id}`));
  return status ? { started: status.started === true, ready: status.ready } : undefined;
}
