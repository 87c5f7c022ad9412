/** What the API is told of a pod: its status, made anew each turn, and that a container waits for its next start. */
import type { Pod, PodStatus } from '../../api/types.js';
import { baseStatus } from '../status/base.js';
import { podStatus } from '../status/pod-status.js';
import { StatusReporter, type UidInApi } from '../status/reporter.js';
import { crashLoopState, type HeldBack } from './crash-loop.js';
import type { Ending } from './ending.js';
import { fullName, type Job, say } from './job.js';
import type { Readiness } from './readiness.js';
import type { Pending } from './resize/allocation.js';

export interface Told {
  ending: Ending | undefined;
  /** By container name. */
  held: ReadonlyMap<string, HeldBack>;
  readiness: Readiness;
  /** Why it does not get the sizes it asks for. */
  pending: Pending | undefined;
}

export class Telling {
  #status: PodStatus | undefined;
  readonly #reporter: StatusReporter;

  constructor(pod: Pod, context: Job['context'], mirrorUid?: UidInApi) {
    this.#reporter = new StatusReporter(pod, context, mirrorUid);
  }

  /** The status that this kubelet found last. */
  get status(): PodStatus | undefined {
    return this.#status;
  }

  tell(job: Job, { ending, held, readiness, pending }: Told): void {
    const { context, pod, progress, seen } = job;
    const waiting = new Map(progress.problems);
    for (const [name, one] of held) {
      waiting.set(name, crashLoopState(one, fullName(pod)));
      sayBackOff(job, one);
    }
    const { hooks, sizes, resizeProblem: problem } = progress;
    this.#status = podStatus(baseStatus(pod, this.#status), {
      seen,
      ending,
      waiting,
      started: id => !hooks.has(id) && readiness.started(id),
      ready: id => !hooks.has(id) && readiness.ready(id),
      resize: { sizes, pending, problem },
      imageOfVolume: name => context.volumes.imageOf(pod, name),
      nodeIP: context.node.ip,
      runtimeName: context.runtimeName,
      now: context.clock.now(),
    });
    if (job.exists) this.#reporter.report(this.#status, job.cause);
  }

  /** The API says this of it: what somebody else has written is put right. */
  correct(inApi: PodStatus | undefined, cause: string): void {
    this.#reporter.correct(inApi, cause);
  }

  /** Resolves once the API has its last status. */
  settled(): Promise<void> {
    return this.#reporter.settled();
  }
}

function sayBackOff(job: Job, { container }: HeldBack): void {
  const { backOffSaid } = job.progress;
  if (backOffSaid.get(container.name) === container.id) return;
  backOffSaid.set(container.name, container.id);
  const message = `Back-off restarting failed container ${container.name} in pod ${fullName(job.pod)}`;
  say(job, 'Warning', 'BackOff', message, container.name);
}
