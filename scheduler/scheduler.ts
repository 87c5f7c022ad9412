/**
 * The loop: pods without a node come in, decisions are made one after the other on the state kept by `Cluster`, and
 * bindings go out side by side.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import { StatusError } from '../api/status.js';
import type { Binding, Node, Pod } from '../api/types.js';
import type { Client } from '../client/client.js';
import { type Change, keyOf } from '../client/informer/cache.js';
import { Informer } from '../client/informer/informer.js';
import { nodes, pods } from '../client/resources.js';
import { causeText, describeChange } from '../client/runtime/cause.js';
import type { EventRecorder } from '../client/runtime/events.js';
import { Cluster } from './cache/cluster.js';
import { nodeChanges } from './cache/node-changes.js';
import { awaitsNode, wantsOtherwise } from './eligible.js';
import type { ClusterEvent } from './filters/filter.js';
import { filters, topologyFilters } from './filters/index.js';
import { podInfo } from './model/pod-info.js';
import { SchedulingQueue, type Waiting } from './queue/scheduling-queue.js';
import { Reporter } from './report.js';
import { isPlacement, type Placement, refusalMessage, schedule } from './schedule.js';
import { unsupported } from './unsupported.js';

/** Bindings under way at once; more would only queue up in the connections. */
const mostBindings = 128;
/** Decisions before other work of this process gets its turn. */
const decisionsAtOnce = 50;
/** How often what is left over (forgotten pods, unconfirmed bindings) is looked for. */
const sweepMs = 10_000;

export interface SchedulerOptions {
  client: Client;
  events: EventRecorder;
  clock: Clock;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #cluster = new Cluster();
  readonly #queue = new SchedulingQueue([...filters, ...topologyFilters]);
  readonly #reporter: Reporter;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  #bindings = 0;
  #decisions = 0;
  #nap = new AbortController();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#reporter = new Reporter(options);
    const { client, clock, log, random, signal } = options;
    const common = { client, clock, random, log, signal };
    this.#nodes = new Informer<Node>({ ...common, resource: nodes });
    this.#pods = new Informer<Pod>({
      ...common,
      resource: pods,
      selection: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' },
    });
  }

  /** Schedules until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#nodes.onChange(change => this.#nodeChanged(change));
    this.#pods.onChange(change => this.#podChanged(change));
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    for (const informer of [this.#nodes, this.#pods]) void informer.synced.then(() => this.#wake());
    while (!signal.aborted) {
      if (this.#nodes.isSynced && this.#pods.isSynced) await this.#decide();
      await this.#rest();
    }
    await Promise.all([this.#nodes.stopped, this.#pods.stopped]);
  }

  #wake(): void {
    this.#nap.abort();
  }

  /** Until something happens, or a back-off ends. */
  async #rest(): Promise<void> {
    const { clock, signal } = this.#options;
    if (!this.#nap.signal.aborted) {
      const now = clock.now();
      const next = this.#queue.nextAt();
      const room = this.#bindings < mostBindings;
      const until = room && next !== undefined ? Math.min(next, now + sweepMs) : now + sweepMs;
      await clock.sleep(Math.max(0, until - now), this.#nap.signal);
    }
    this.#nap = new AbortController();
    if (signal.aborted) return;
    for (const { pod } of this.#cluster.expire(clock.now())) this.#unconfirmed(pod);
    this.#queue.wakeForgotten(clock.now());
  }

  /** The server took the binding, and yet the pod does not show it. */
  #unconfirmed(pod: Pod): void {
    const { name = '', namespace = '' } = pod.metadata;
    const trigger = `Pod ${namespace}/${name} was not seen on its node`;
    this.#happened('PodGone', trigger);
    const now = this.#pods.get({ namespace, name });
    if (now && awaitsNode(now)) this.#podWaits(now, trigger);
  }

  async #decide(): Promise<void> {
    const { clock, signal } = this.#options;
    let decisions = 0;
    while (this.#bindings < mostBindings && !signal.aborted) {
      const waiting = this.#queue.take(clock.now());
      if (!waiting) return;
      try {
        this.#attempt(waiting);
      } catch (error) {
        this.#attemptFailed(waiting, error as Error);
      }
      if (++decisions % decisionsAtOnce === 0) await nextTurn();
    }
  }

  #attempt(waiting: Waiting): void {
    const { log, random } = this.#options;
    const { info, trigger } = waiting;
    const cause = causeText('scheduler', info.key, { text: trigger, more: 0 });
    const lacking = unsupported(info.pod);
    const allNodes = this.#cluster.nodes();
    const plan = lacking
      ? undefined
      : schedule(info, allNodes, { random, startAt: allNodes.length === 0 ? 0 : this.#decisions++ % allNodes.length });
    if (plan && isPlacement(plan)) {
      this.#cluster.assume(info, plan.node);
      void this.#bind(waiting, plan, cause);
      return;
    }
    const message = plan ? refusalMessage(plan) : (lacking ?? '');
    log.debug({ pod: info.key, attempts: waiting.attempts, message }, 'no node for the pod');
    this.#queue.refused(waiting, plan ? (plan.reasons.size === 0 ? everyFilter : plan.refusedBy) : new Set());
    void this.#reporter.unschedulable(info.pod, message, cause);
  }

  /** A pod that cannot be understood (a selector that no server should have let in) must not keep the others waiting. */
  #attemptFailed(waiting: Waiting, error: Error): void {
    this.#options.log.error({ pod: waiting.info.key, err: error }, 'the pod could not be considered');
    this.#reporter.failed(waiting.info.pod, error.message);
    this.#queue.failed(waiting);
  }

  async #bind(waiting: Waiting, plan: Placement, cause: string): Promise<void> {
    const { client, clock, log, signal } = this.#options;
    const { info } = waiting;
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
      this.#cluster.bound(info, clock.now());
      this.#reporter.scheduled(info.pod, plan.node);
      log.info({ pod: info.key, node: plan.node, ratings: plan.ratings, feasible: plan.feasible, cause }, 'scheduled');
    } catch (error) {
      this.#bindingFailed(waiting, error as Error);
    } finally {
      this.#bindings--;
      this.#wake();
    }
  }

  /** A conflict is another's binding, which the informer will show, or a pod that changed: worth no event. */
  #bindingFailed(waiting: Waiting, error: Error): void {
    const { log, signal } = this.#options;
    this.#cluster.forget(waiting.info);
    this.#happened('PodGone', `Pod ${waiting.info.key} was not bound`);
    if (signal.aborted) return;
    log.warn({ pod: waiting.info.key, reason: error.message }, 'the binding was refused');
    const code = error instanceof StatusError ? error.code : 0;
    if (code === 404) return;
    if (code !== 409) this.#reporter.failed(waiting.info.pod, `binding rejected: ${error.message}`);
    if (this.#queue.get(waiting.info.key) === undefined) this.#queue.failed(waiting);
  }

  #nodeChanged(change: Change<Node>): void {
    const { before, now } = change;
    const trigger = describeChange('Node', change);
    if (!now) {
      this.#cluster.removeNode(before?.metadata.name ?? '');
      return;
    }
    const events: ClusterEvent[] = before ? nodeChanges(before, now) : ['NodeAdded'];
    if (events.length === 0) return;
    this.#cluster.setNode(now);
    for (const event of events) this.#happened(event, trigger);
  }

  #podChanged(change: Change<Pod>): void {
    const { before, now } = change;
    const trigger = describeChange('Pod', change);
    if (!now) this.#podGone(before as Pod, trigger);
    else if (now.spec?.nodeName) this.#podAssigned(now, before, trigger);
    else if (!awaitsNode(now)) this.#queue.delete(keyOf(now));
    else if (!this.#cluster.isAssumed(keyOf(now), now.metadata.uid ?? '')) this.#podWaits(now, trigger);
  }

  #podGone(pod: Pod, trigger: string): void {
    const key = keyOf(pod);
    this.#queue.delete(key);
    this.#cluster.remove(key);
    if (pod.spec?.nodeName) this.#happened('PodGone', trigger);
  }

  #podAssigned(now: Pod, before: Pod | undefined, trigger: string): void {
    this.#queue.delete(keyOf(now));
    if (before?.spec?.nodeName && !wantsOtherwise(before, now)) return;
    this.#cluster.place(podInfo(now), now.spec?.nodeName ?? '');
    this.#happened('PodAssigned', trigger);
  }

  #podWaits(pod: Pod, trigger: string): void {
    const info = podInfo(pod);
    const waiting = this.#queue.get(info.key);
    if (waiting && !wantsOtherwise(waiting.pod, pod)) this.#queue.refresh(info);
    else {
      this.#queue.add(info, trigger, this.#options.clock.now());
      this.#wake();
    }
  }

  #happened(event: ClusterEvent, trigger: string): void {
    if (this.#queue.happened(event, trigger, this.#options.clock.now()) > 0) this.#wake();
  }
}

/** Without any node nothing was asked, and so anything may help. */
const everyFilter: ReadonlySet<string> = new Set([...filters, ...topologyFilters].map(filter => filter.name));
