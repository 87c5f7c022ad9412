/**
 * The loop: pods without a node come in, decisions are made one after the other on the state kept by `Cluster`, and
 * bindings go out side by side.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../api/clock.js';
import type { Client } from '../client/client.js';
import type { Backoff } from '../client/queue/backoff.js';
import { causeText } from '../client/runtime/cause.js';
import type { EventRecorder } from '../client/runtime/events.js';
import { failedAttempt } from './attempt.js';
import { Binder } from './binder.js';
import { Cluster } from './cache/cluster.js';
import { awaitsNode, schedulerNameOf } from './eligible.js';
import { filters } from './filters/index.js';
import { Intake } from './intake.js';
import type { PodInfo } from './model/pod-info.js';
import { evict } from './preemption/evict.js';
import { isCandidate, preempt } from './preemption/preempt.js';
import type { Candidate } from './preemption/victims.js';
import { defaultProfile, type Profile } from './profiles/profile.js';
import { SchedulingQueue, type Waiting } from './queue/scheduling-queue.js';
import { refusalMessage } from './refusal-message.js';
import { Reporter } from './report.js';
import { isPlacement, type Refusal, schedule } from './schedule.js';
import { informersOf, openSources, type Sources, volumeObjects } from './sources.js';
import { unsupported } from './unsupported.js';
import { AssumedVolumes } from './volumes/assumed.js';

/** Decisions before other work of this process gets its turn. */
const decisionsAtOnce = 50;
/** How often what is left over (forgotten pods, unconfirmed bindings) is looked for. */
const sweepMs = 10_000;

/** A reason of its own for the abort of a nap: to make one costs as much as a decision. */
const wokenUp = new Error('there is something to do');

export interface SchedulerOptions {
  client: Client;
  /** The recorder of a schedulerName: each reports under its own. */
  eventsOf: (schedulerName: string) => Pick<EventRecorder, 'event'>;
  /** Kubernetes' default profile alone, unless said. */
  profiles?: readonly Profile[];
  /** Of pods that found no node; Kubernetes' unless said. */
  backoff?: Backoff;
  clock: Clock;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  log: Logger;
  signal: AbortSignal;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #queue: SchedulingQueue;
  readonly #reporter: Reporter;
  /** Pods whose victims are being told to go. */
  readonly #evicting = new Set<string>();
  /** Where the search for nodes goes on, so that all of a large cluster are looked at by turns. */
  #startAt = 0;
  #sweptAt = 0;
  #woken = false;
  #nap: AbortController | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#profiles = new Map((options.profiles ?? [defaultProfile]).map(profile => [profile.schedulerName, profile]));
    this.#queue = new SchedulingQueue(filters, options.backoff);
    this.#reporter = new Reporter(options);
  }

  /** Schedules until the signal aborts. */
  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    const wake = (): void => {
      this.#woken = true;
      this.#nap?.abort(wokenUp);
    };
    signal.addEventListener('abort', wake, { once: true });
    const sources = await openSources(this.#options);
    const volumes = new AssumedVolumes(volumeObjects(sources));
    const cluster = new Cluster(volumes);
    const queue = this.#queue;
    const intake = new Intake({ cluster, queue, isOurs: name => this.#profiles.has(name), clock, wake });
    const binder = new Binder({ ...this.#options, cluster, volumes, queue, reporter: this.#reporter, intake, wake });
    intake.follow(sources);
    const informers = informersOf(sources);
    const world: World = { sources, cluster, intake, binder };
    while (!signal.aborted) {
      if (informers.every(informer => informer.isSynced)) await this.#decide(world);
      await this.#rest(world);
    }
    await Promise.all(informers.map(informer => informer.stopped));
  }

  /** Until something happens, or a back-off ends. */
  async #rest(world: World): Promise<void> {
    const { clock, signal } = this.#options;
    if (!this.#woken) {
      const next = world.binder.hasRoom ? this.#queue.nextAt() : undefined;
      const until = Math.min(next ?? Number.POSITIVE_INFINITY, this.#sweptAt + sweepMs);
      this.#nap = new AbortController();
      await clock.sleep(Math.max(0, until - clock.now()), this.#nap.signal);
      this.#nap = undefined;
    }
    this.#woken = false;
    if (!signal.aborted && clock.now() >= this.#sweptAt + sweepMs) this.#sweep(world);
  }

  /** What is left over: bindings that were never confirmed, pods that nothing has woken. */
  #sweep(world: World): void {
    const now = this.#options.clock.now();
    this.#sweptAt = now;
    for (const info of world.cluster.expire(now)) this.#unconfirmed(info, world);
    this.#queue.wakeForgotten(now);
  }

  /** The server took the binding, and yet the pod does not show it. */
  #unconfirmed(info: PodInfo, { intake, sources }: World): void {
    const trigger = `Pod ${info.key} was not seen on its node`;
    intake.happened({ name: 'PodGone', pod: info }, trigger);
    const now = sources.pods.cache.get(info.key);
    if (now && awaitsNode(now)) intake.podWaits(now, trigger);
  }

  async #decide(world: World): Promise<void> {
    const { clock, signal } = this.#options;
    let decisions = 0;
    while (world.binder.hasRoom && !signal.aborted) {
      const waiting = this.#queue.take(clock.now());
      if (!waiting) return;
      try {
        this.#attempt(waiting, world);
      } catch (error) {
        this.#attemptFailed(waiting, error as Error);
      }
      if (++decisions % decisionsAtOnce === 0) await nextTurn();
    }
  }

  #attempt(waiting: Waiting, world: World): void {
    const { random } = this.#options;
    const { info, trigger } = waiting;
    const cause = causeText('scheduler', info.key, { text: trigger, more: 0 });
    const lacking = unsupported(info.pod);
    if (lacking) {
      this.#refuse(waiting, new Set(), { message: lacking }, cause);
      return;
    }
    const profile = this.#profiles.get(schedulerNameOf(info.pod)) as Profile;
    const plan = schedule(info, world.cluster, profile, { random, startAt: this.#startAt });
    this.#startAt += plan.looked;
    if (isPlacement(plan)) void world.binder.bind(waiting, plan, profile, cause);
    else this.#noNode(waiting, plan, profile, cause, world);
  }

  /** Room is made, if that can help; in any case the pod waits, and says why. */
  #noNode(waiting: Waiting, refusal: Refusal, profile: Profile, cause: string, world: World): void {
    const { clock, random } = this.#options;
    const { info } = waiting;
    const { cluster, sources } = world;
    const budgets = sources.budgets?.list() ?? [];
    const asked = profile.preempts && refusal.nodes > 0 && !this.#isMakingRoom(info, cluster);
    const preemption = asked ? preempt(info, refusal, cluster, profile, { budgets, random }) : { message: '' };
    const made = isCandidate(preemption);
    const said = made ? '' : preemption.message;
    const attempt = failedAttempt(refusal, {
      at: timestamp(clock.now()),
      attempt: waiting.attempts,
      preemption: made ? `room is made on ${preemption.node.name}` : said,
    });
    const nominated = this.#nomination(info, made ? preemption : undefined, said, cluster);
    const refusedBy = refusal.nodes === 0 ? everyFilter : refusal.refusedBy;
    const message = refusalMessage(refusal, said);
    this.#refuse(waiting, refusedBy, { message, attempt, ...nominated }, cause);
    if (made) void this.#makeRoom(info, preemption, cause, world);
  }

  /** Its victims are told to go; until they go it has nothing else to ask for. */
  #isMakingRoom(info: PodInfo, cluster: Cluster): boolean {
    return this.#evicting.has(info.key) && cluster.nominations.nodeOf(info.key) !== undefined;
  }

  /** A pod that found nobody to make room, though it was promised some, has lost its promise. */
  #nomination(
    info: PodInfo,
    candidate: Candidate | undefined,
    said: string,
    { nominations }: Cluster,
  ): { nominatedNodeName?: string | null } {
    if (candidate) {
      nominations.set(info, candidate.node.name);
      return { nominatedNodeName: candidate.node.name };
    }
    if (said === '' || said.startsWith('not eligible') || nominations.nodeOf(info.key) === undefined) return {};
    nominations.delete(info.key);
    return { nominatedNodeName: null };
  }

  async #makeRoom(info: PodInfo, { node, victims }: Candidate, cause: string, world: World): Promise<void> {
    const { log, signal } = this.#options;
    this.#evicting.add(info.key);
    try {
      this.#outbid(info, node.name, world);
      await evict(info, victims, node.name, cause, this.#options);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ pod: info.key, node: node.name, reason: (error as Error).message }, 'no room could be made');
      world.cluster.nominations.delete(info.key);
      world.intake.happened({ name: 'PodGone' }, `no room could be made on ${node.name} for Pod ${info.key}`);
    } finally {
      this.#evicting.delete(info.key);
    }
  }

  /** Others that were promised this node, and matter less, look for another. */
  #outbid(info: PodInfo, node: string, { cluster }: World): void {
    for (const other of cluster.nominations.on(node)) {
      if (other.priority >= info.priority || other.key === info.key) continue;
      cluster.nominations.delete(other.key);
      this.#queue.wakeOne(other.key, `Pod ${info.key} takes its room on ${node}`, this.#options.clock.now());
    }
  }

  #refuse(
    waiting: Waiting,
    refusedBy: ReadonlySet<string>,
    failure: Parameters<Reporter['unschedulable']>[1],
    cause: string,
  ): void {
    const { info, attempts } = waiting;
    this.#options.log.debug({ pod: info.key, attempts, message: failure.message }, 'no node for the pod');
    this.#queue.refused(waiting, refusedBy);
    void this.#reporter.unschedulable(info.pod, failure, cause);
  }

  /** A pod that cannot be understood (a selector that no server should have let in) must not keep the others waiting. */
  #attemptFailed(waiting: Waiting, error: Error): void {
    this.#options.log.error({ pod: waiting.info.key, err: error }, 'the pod could not be considered');
    this.#reporter.failed(waiting.info.pod, error.message);
    this.#queue.failed(waiting);
  }
}

interface World {
  sources: Sources;
  cluster: Cluster;
  intake: Intake;
  binder: Binder;
}

/** Without any node nothing was asked, and so anything may help. */
const everyFilter: ReadonlySet<string> = new Set(filters.map(filter => filter.name));
