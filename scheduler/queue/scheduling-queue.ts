/**
 * Pods that wait for a node: active (to be tried, by priority and then by age), backing off (were tried a moment ago), and
 * unschedulable (until something happens that concerns what refused them). Pure: time is passed in.
 */
import { exponential } from '../../client/queue/backoff.js';
import { Delays } from '../../client/queue/delays.js';
import { Heap } from '../../client/queue/heap.js';
import type { ClusterEvent } from '../filters/filter.js';
import type { PodInfo } from '../model/pod-info.js';

/** Kubernetes' own: 1 s after the first attempt, 2 s, ... 10 s. */
export const podBackoff = { baseMs: 1000, maxMs: 10_000 };
/** What nothing has woken for so long is tried all the same. */
export const longestUnschedulableMs = 300_000;

export interface Waiting {
  info: PodInfo;
  /** Since when it waits, over all its attempts. */
  since: number;
  /** Orders those of the same moment. */
  sequence: number;
  attempts: number;
  triedAt: number;
  /** The filters that refused it last; empty when something else went wrong. */
  refusedBy: ReadonlySet<string>;
  /** What made it be tried: for the cause of the binding. */
  trigger: string;
  place: 'active' | 'backoff' | 'unschedulable' | 'taken';
}

const comesFirst = (a: Waiting, b: Waiting): boolean =>
  a.info.priority !== b.info.priority
    ? a.info.priority > b.info.priority
    : a.since !== b.since
      ? a.since < b.since
      : a.sequence < b.sequence;

export class SchedulingQueue {
  readonly #waiting = new Map<string, Waiting>();
  readonly #active = new Heap<Waiting>(comesFirst);
  readonly #backoff = new Delays<string>();
  /** Which filters an event concerns. */
  readonly #concerned = new Map<ClusterEvent, Set<string>>();
  #sequence = 0;

  constructor(filters: readonly { name: string; wokenBy: readonly ClusterEvent[] }[]) {
    for (const { name, wokenBy } of filters) {
      for (const event of wokenBy) this.#concerned.set(event, (this.#concerned.get(event) ?? new Set()).add(name));
    }
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** A pod that is new here, or whose own wishes changed: it is tried at once. */
  add(info: PodInfo, trigger: string, now: number): void {
    const known = this.#waiting.get(info.key);
    if (known) this.delete(info.key);
    const since = known?.info.uid === info.uid ? known.since : now;
    const waiting: Waiting = {
      info,
      since,
      sequence: this.#sequence++,
      attempts: 0,
      triedAt: Number.NEGATIVE_INFINITY,
      refusedBy: new Set(),
      trigger,
      place: 'active',
    };
    this.#waiting.set(info.key, waiting);
    this.#active.push(waiting);
  }

  get(key: string): PodInfo | undefined {
    return this.#waiting.get(key)?.info;
  }

  /** Newer data of the same pod, which changes nothing about its chances. */
  refresh(info: PodInfo): void {
    const known = this.#waiting.get(info.key);
    if (known) known.info = info;
  }

  delete(key: string): void {
    const known = this.#waiting.get(key);
    if (!known) return;
    known.place = 'taken';
    this.#waiting.delete(key);
    this.#backoff.delete(key);
  }

  /** The next pod to try; it is out of the queue until `refused` or `failed` bring it back. */
  take(now: number): Waiting | undefined {
    for (const key of this.#backoff.due(now)) this.#activate(this.#waiting.get(key));
    for (let next = this.#active.pop(); next; next = this.#active.pop()) {
      if (next.place !== 'active') continue;
      this.delete(next.info.key);
      next.attempts++;
      next.triedAt = now;
      return next;
    }
    return undefined;
  }

  /** No node would have it. */
  refused(waiting: Waiting, refusedBy: ReadonlySet<string>): void {
    this.#bringBack(waiting, 'unschedulable', refusedBy);
  }

  /** Something went wrong that may go better next time. */
  failed(waiting: Waiting): void {
    this.#bringBack(waiting, 'backoff', new Set());
    this.#backoff.add(waiting.info.key, this.#backoffEnd(waiting));
  }

  /** Something happened: pods that it concerns are tried again, once their back-off is over. Answers how many. */
  happened(event: ClusterEvent, trigger: string, now: number): number {
    const concerned = this.#concerned.get(event);
    if (!concerned) return 0;
    return this.#wake(now, trigger, ({ refusedBy }) => [...refusedBy].some(name => concerned.has(name)));
  }

  /** Wakes what has been left alone for very long: the safety net. */
  wakeForgotten(now: number): number {
    return this.#wake(now, 'timer', ({ triedAt }) => triedAt + longestUnschedulableMs <= now);
  }

  /** When the next back-off ends. */
  nextAt(): number | undefined {
    return this.#backoff.nextAt();
  }

  #wake(now: number, trigger: string, concerns: (waiting: Waiting) => boolean): number {
    let woken = 0;
    for (const waiting of this.#waiting.values()) {
      if (waiting.place !== 'unschedulable' || !concerns(waiting)) continue;
      woken++;
      waiting.trigger = trigger;
      const end = this.#backoffEnd(waiting);
      if (end <= now) this.#activate(waiting);
      else {
        waiting.place = 'backoff';
        this.#backoff.add(waiting.info.key, end);
      }
    }
    return woken;
  }

  #bringBack(waiting: Waiting, place: Waiting['place'], refusedBy: ReadonlySet<string>): void {
    waiting.place = place;
    waiting.refusedBy = refusedBy;
    this.#waiting.set(waiting.info.key, waiting);
  }

  #activate(waiting: Waiting | undefined): void {
    if (!waiting) return;
    waiting.place = 'active';
    this.#active.push(waiting);
  }

  #backoffEnd(waiting: Waiting): number {
    return waiting.triedAt + exponential(podBackoff, waiting.attempts);
  }
}
