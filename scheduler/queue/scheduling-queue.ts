/**
 * Pods that wait for a node: active (to be tried, by priority and then by age), backing off (were tried a moment ago), and
 * unschedulable (until something happens that concerns what refused them). Pure: time is passed in.
 */
import { type Backoff, exponential } from '../../client/queue/backoff.js';
import { Delays } from '../../client/queue/delays.js';
import { Heap } from '../../client/queue/heap.js';
import type { PodInfo } from '../model/pod-info.js';
import type { ClusterEvent, Wakes } from './events.js';

/** Kubernetes' own: 1 s after the first attempt, 2 s, ... 10 s. */
export const podBackoff: Backoff = { baseMs: 1000, maxMs: 10_000 };
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
  /** What wakes the pods that a filter refused. */
  readonly #wakes: ReadonlyMap<string, Wakes>;
  /** The unschedulable pods, by what refused them. */
  readonly #refused = new Map<string, Set<Waiting>>();
  #sequence = 0;

  constructor(
    filters: readonly { name: string; wakes: Wakes }[],
    private readonly pace: Backoff = podBackoff,
  ) {
    this.#wakes = new Map(filters.map(({ name, wakes }) => [name, wakes]));
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
    this.#leaveRefused(known);
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
    let woken = 0;
    for (const [name, refused] of this.#refused) {
      const hint = this.#wakes.get(name)?.[event.name];
      if (!hint) continue;
      for (const waiting of refused) {
        if (hint !== true && !hint(waiting.info, event)) continue;
        this.#wake(waiting, trigger, now);
        woken++;
      }
    }
    return woken;
  }

  /** The same for one pod, whatever refused it. */
  wakeOne(key: string, trigger: string, now: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting?.place === 'unschedulable') this.#wake(waiting, trigger, now);
  }

  /** Wakes what has been left alone for very long: the safety net. */
  wakeForgotten(now: number): number {
    let woken = 0;
    for (const waiting of this.#waiting.values()) {
      if (waiting.place !== 'unschedulable' || waiting.triedAt + longestUnschedulableMs > now) continue;
      this.#wake(waiting, 'timer', now);
      woken++;
    }
    return woken;
  }

  /** When the next back-off ends. */
  nextAt(): number | undefined {
    return this.#backoff.nextAt();
  }

  #wake(waiting: Waiting, trigger: string, now: number): void {
    this.#leaveRefused(waiting);
    waiting.trigger = trigger;
    const end = this.#backoffEnd(waiting);
    if (end <= now) this.#activate(waiting);
    else {
      waiting.place = 'backoff';
      this.#backoff.add(waiting.info.key, end);
    }
  }

  #leaveRefused(waiting: Waiting): void {
    if (waiting.place !== 'unschedulable') return;
    for (const name of waiting.refusedBy) this.#refused.get(name)?.delete(waiting);
  }

  #bringBack(waiting: Waiting, place: 'backoff' | 'unschedulable', refusedBy: ReadonlySet<string>): void {
    waiting.place = place;
    waiting.refusedBy = refusedBy;
    this.#waiting.set(waiting.info.key, waiting);
    if (place !== 'unschedulable') return;
    for (const name of refusedBy) this.#refused.set(name, (this.#refused.get(name) ?? new Set()).add(waiting));
  }

  #activate(waiting: Waiting | undefined): void {
    if (!waiting) return;
    waiting.place = 'active';
    this.#active.push(waiting);
  }

  #backoffEnd(waiting: Waiting): number {
    return waiting.triedAt + exponential(this.pace, waiting.attempts);
  }
}
