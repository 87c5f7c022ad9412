/** Whether a pod has its place on this node, whether it is to run, and from when on it is to end. */
import type { Pod } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import { extendedOf } from '../node/node.js';
import { shutdownRejection } from '../shutdown/shutdown.js';
import { asksNodeObject, misfit, type Rejection } from './admission/fit.js';
import { underPressure } from './admission/pressure.js';
import { refusal } from './config/refusals.js';
import { activeDeadline, type Ending, endingOfObject, graceOf, mergeEnding, type Termination } from './ending.js';
import { type Job, say } from './job.js';
import { outcome } from './outcome.js';
import type { Want } from './want.js';

export class Fate {
  #ending: Ending | undefined;

  constructor(
    /** It has its place on this node. */
    private admitted: boolean,
    /** The pods that have their place here besides. */
    private readonly others: () => readonly Pod[],
    /** Called once, when it is no longer to run. */
    private readonly onEnd: () => void,
  ) {}

  get ending(): Ending | undefined {
    return this.#ending;
  }

  get isAdmitted(): boolean {
    return this.admitted;
  }

  /** `pod`: with the status that this kubelet has found; `want`: what it asks for while it is to run. */
  async decide(job: Job, pod: Pod, want: Want): Promise<void> {
    const now = job.context.clock.now();
    this.#end(endingOfObject(pod, job.exists, now));
    if (this.#ending) return;
    const refused = refusal(job.pod, job.context.node);
    const deadline = activeDeadline(pod);
    if (refused) this.fail(job, { ...refused, isRejection: job.seen.containers.length === 0 });
    else if (!this.admitted) await this.#admit(job);
    else if (deadline !== undefined && now >= deadline)
      this.fail(job, {
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      });
    else if (outcome(want, job.seen) !== 'running')
      this.#end({ why: 'finished', deadline: now + graceOf(job.pod) * 1000 });
  }

  fail(job: Job, { graceSeconds, ...status }: Termination): void {
    say(job, 'Warning', status.reason, status.message);
    const usual = graceOf(job.pod);
    const deadline = job.context.clock.now() + Math.min(graceSeconds ?? usual, usual) * 1000;
    this.#end({ why: 'failed', deadline, status });
  }

  /** It is ending, and has no more time than this. */
  hasten(deadline: number): void {
    if (this.#ending) this.#end({ ...this.#ending, deadline });
  }

  /** Before anything is done for it, a pod is looked at for what it needs of the node. */
  async #admit(job: Job): Promise<void> {
    const rejection = await this.#rejection(job);
    if (rejection) this.fail(job, { ...rejection, isRejection: true });
    else this.admitted = true;
  }

  async #rejection({ pod, context }: Job): Promise<Rejection | undefined> {
    const { client, node } = context;
    const object = asksNodeObject(pod) ? await client.get(nodes, { name: node.name }) : undefined;
    const labels = object?.metadata.labels ?? {};
    const allocatable = { ...extendedOf(object?.status?.allocatable), ...node.allocatable };
    return (
      (context.isShuttingDown() ? shutdownRejection : undefined) ??
      underPressure(pod, context.pressures()) ??
      misfit(pod, { name: node.name, labels, allocatable, others: this.others() })
    );
  }

  #end(ending: Ending | undefined): void {
    const before = this.#ending;
    this.#ending = mergeEnding(before, ending);
    if (!before && this.#ending) this.onEnd();
  }
}
