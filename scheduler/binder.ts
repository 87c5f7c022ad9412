/** Has a pod's claims bound, and tells the server which node it is to have: many at once, since each waits for an answer. */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { StatusError } from '../api/status.js';
import type { Binding } from '../api/types.js';
import type { Client } from '../client/client.js';
import { pods } from '../client/resources.js';
import type { Cluster } from './cache/cluster.js';
import type { Intake } from './intake.js';
import type { Profile } from './profiles/profile.js';
import type { SchedulingQueue, Waiting } from './queue/scheduling-queue.js';
import type { Reporter } from './report.js';
import type { Placement } from './schedule.js';
import type { AssumedVolumes } from './volumes/assumed.js';
import { bindVolumes } from './volumes/bind.js';
import type { VolumePlan } from './volumes/plan.js';

/** Bindings under way at once; more would only queue up in the connections. */
const mostBindings = 128;

export interface BinderOptions {
  client: Client;
  cluster: Cluster;
  volumes: AssumedVolumes;
  queue: SchedulingQueue;
  reporter: Reporter;
  intake: Intake;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** There is room for another. */
  wake: () => void;
}

export class Binder {
  #bindings = 0;

  constructor(private readonly options: BinderOptions) {}

  get hasRoom(): boolean {
    return this.#bindings < mostBindings;
  }

  /** The pod counts as standing there from now on. Never rejects. */
  async bind(waiting: Waiting, plan: Placement, profile: Profile, cause: string): Promise<void> {
    this.options.cluster.assume(waiting.info, plan.node);
    try {
      if (plan.volumes) await this.#bindVolumes(plan.volumes, plan.node, profile, cause);
      await this.#post(waiting, plan, cause);
    } catch (error) {
      this.#failed(waiting, error as Error);
    }
  }

  async #bindVolumes(plan: VolumePlan, node: string, { args }: Profile, cause: string): Promise<void> {
    const { client, clock, signal, volumes } = this.options;
    const timeoutMs = args.bindTimeoutSeconds * 1000;
    try {
      await bindVolumes(plan, node, { client, clock, signal, volumes, timeoutMs, cause });
    } catch (error) {
      throw new Error(`running PreBind plugin "VolumeBinding": ${(error as Error).message}`, { cause: error });
    }
  }

  async #post({ info }: Waiting, plan: Placement, cause: string): Promise<void> {
    const { client, clock, cluster, log, reporter, signal, wake } = this.options;
    const { name = '', namespace = '' } = info.pod.metadata;
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid: info.uid },
      target: { apiVersion: 'v1', kind: 'Node', name: plan.node },
    };
    this.#bindings++;
    try {
      await client.post(pods, { namespace, name }, 'binding', binding, { cause, signal });
    } finally {
      this.#bindings--;
      wake();
    }
    cluster.bound(info, clock.now());
    cluster.nominations.delete(info.key);
    reporter.scheduled(info.pod, plan.node);
    log.info({ pod: info.key, node: plan.node, ratings: plan.ratings, feasible: plan.feasible, cause }, 'scheduled');
  }

  /** A conflict is another's binding, which the informer will show, or a pod that changed: worth no event. */
  #failed(waiting: Waiting, error: Error): void {
    const { cluster, intake, log, queue, reporter, signal } = this.options;
    const { info } = waiting;
    cluster.forget(info);
    intake.happened({ name: 'PodGone', pod: info }, `Pod ${info.key} was not bound`);
    if (signal.aborted) return;
    log.warn({ pod: info.key, reason: error.message }, 'the binding was refused');
    const code = error instanceof StatusError ? error.code : 0;
    if (code === 404) return;
    const said = error.cause ? error.message : `binding rejected: ${error.message}`;
    if (code !== 409) reporter.failed(info.pod, said);
    if (queue.get(info.key) === undefined) queue.failed(waiting);
  }
}
