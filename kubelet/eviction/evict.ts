/**
 * Keeps the node from running out of memory, disk or processes: when it is short of something, pods go, one at a time,
 * until it is not. Pods that exceed a limit of their own on disk go in any case.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { KubeObject, Pod } from '../../api/types.js';
import type { EventRecorder } from '../../client/runtime/events.js';
import { detailsOf } from '../cri/cri.js';
import type { Termination } from '../pods/ending.js';
import type { NodeStatistics } from '../stats/collect.js';
import type { PodStats } from '../stats/summary-types.js';
import { isDiskLimited, overLimit } from './limits.js';
import { type Candidate, evictionMessage, type PodUse, ranked, resourceOf } from './rank.js';
import { type Crossed, type Observations, type Pressure, pressureOf, type Thresholds } from './thresholds.js';
import { firstWatch, judge, pressures } from './watch.js';

/** A pod's worker. */
export interface Evictable {
  allocated: Pod;
  /** It is (still) one of those that share the node. */
  takesPlace: boolean;
  /** Nothing of it runs, and its volumes are gone. */
  isAtRest: boolean;
  /** False when it is ending already. */
  terminate(termination: Termination): boolean;
}

export interface EvictionLimits {
  thresholds: Thresholds;
  lookMs: number;
  /** For so long a condition holds on. */
  transitionMs: number;
  /** For a soft threshold a pod has its own grace, but no more than this. */
  maxPodGraceSeconds: number;
  /** What is left on the machine. */
  observe: () => Promise<Observations>;
}

export interface EvictionOptions extends EvictionLimits {
  clock: Clock;
  log: Logger;
  events: EventRecorder;
  signal: AbortSignal;
  nodeName: string;
  statistics: NodeStatistics;
  pods: () => readonly Evictable[];
  /** Removes all images that nothing uses. */
  freeImages: () => Promise<void>;
  /** Counts it. */
  evicted: (signal: string) => void;
}

/** One that was evicted is waited for this long, beyond its grace, before another one is. */
const patienceMs = 30_000;

export class Evictions {
  #watch = firstWatch;
  #leaving: { pod: Evictable; since: number; patienceMs: number } | undefined;

  constructor(private readonly options: EvictionOptions) {}

  /** What the node has too little of, or had until lately. */
  pressures(): Pressure[] {
    const { clock, transitionMs } = this.options;
    return pressures(this.#watch, clock.now(), transitionMs);
  }

  /** Runs until the signal aborts; never throws. */
  async keep(): Promise<void> {
    const { clock, log, lookMs, signal } = this.options;
    while (!signal.aborted) {
      await this.look().catch(error => {
        if (!signal.aborted)
          log.warn({ reason: detailsOf(error) }, 'it could not be seen whether the node is short of anything');
      });
      await clock.sleep(lookMs, signal);
    }
  }

  async look(): Promise<void> {
    const { clock } = this.options;
    const [first] = await this.#observe();
    await this.#endOverLimit();
    if (!first) return;
    if (this.#isLeaving(clock.now())) return;
    const left = await this.#reclaim(first);
    if (left) await this.#evictOne(left);
  }

  /** The one that was evicted last: until its volumes are gone, what they hold is missing still. */
  #isLeaving(now: number): boolean {
    return this.#leaving?.pod.isAtRest === false && Math.abs(now - this.#leaving.since) < this.#leaving.patienceMs;
  }

  async #observe(): Promise<Crossed[]> {
    const { observe, thresholds, clock } = this.options;
    const { watch, due } = judge(this.#watch, await observe(), thresholds, clock.now());
    this.#watch = watch;
    return due;
  }

  /** What can be had without ending a pod. Answers what is still too little after that. */
  async #reclaim(first: Crossed): Promise<Crossed | undefined> {
    const { events, nodeName, freeImages } = this.options;
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName, uid: nodeName } } as KubeObject;
    const cause = `kubelet ${nodeName} <- ${first.signal}`;
    events.event(node, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resourceOf(first.signal)}`, {
      cause,
    });
    if (pressureOf(first.signal) !== 'DiskPressure') return first;
    await freeImages();
    return (await this.#observe())[0];
  }

  async #evictOne(short: Crossed): Promise<void> {
    const { pods, statistics, clock, maxPodGraceSeconds } = this.options;
    const { pods: stats } = await statistics.summary();
    const uses = new Map(stats.map(one => [one.podRef.uid, useOf(one)]));
    const candidates = pods()
      .filter(pod => pod.takesPlace)
      .map((worker): Candidate & { worker: Evictable } => {
        const use = uses.get(worker.allocated.metadata.uid ?? '');
        return { worker, pod: worker.allocated, ...(use ? { use } : {}) };
      });
    for (const candidate of ranked(candidates, short.signal)) {
      const { worker } = candidate as (typeof candidates)[number];
      const graceSeconds = short.isSoft ? maxPodGraceSeconds : 0;
      if (!this.#evict(worker, short.signal, evictionMessage(candidate, short), graceSeconds)) continue;
      this.#leaving = { pod: worker, since: clock.now(), patienceMs: graceSeconds * 1000 + patienceMs };
      return;
    }
    this.options.log.warn({ ...short }, 'the node is short of something, and there is no pod to evict');
  }

  async #endOverLimit(): Promise<void> {
    const { pods, statistics } = this.options;
    const limited = pods().filter(pod => pod.takesPlace && isDiskLimited(pod.allocated));
    if (limited.length === 0) return;
    const uses = await statistics.diskUses(limited.map(pod => pod.allocated));
    for (const pod of limited) {
      const use = uses.get(pod.allocated.metadata.uid ?? '');
      const over = use && overLimit(pod.allocated, use);
      if (over) this.#evict(pod, over.signal, over.message, 0);
    }
  }

  /** At once, unless it is for a soft threshold: what is short now cannot wait. */
  #evict(pod: Evictable, signal: string, message: string, graceSeconds: number): boolean {
    const isEvicted = pod.terminate({ reason: 'Evicted', message, graceSeconds, isDisruption: true });
    if (isEvicted) this.options.evicted(signal);
    return isEvicted;
  }
}

function useOf(stats: PodStats): PodUse {
  const disk = stats['ephemeral-storage'];
  return {
    memoryBytes: stats.memory?.workingSetBytes ?? 0,
    diskBytes: disk?.usedBytes ?? 0,
    inodes: disk?.inodesUsed ?? 0,
    processes: stats.process_stats?.process_count ?? 0,
    containers: new Map(
      stats.containers.map(c => [
        c.name,
        {
          memoryBytes: c.memory?.workingSetBytes ?? 0,
          diskBytes: (c.rootfs?.usedBytes ?? 0) + (c.logs?.usedBytes ?? 0),
        },
      ]),
    ),
  };
}
