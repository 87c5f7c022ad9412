/**
 * A priority level: so many requests at a time have a seat, the others wait in queues or are turned away. Queues get
 * seats by fair queuing: each is served as if the seats were shared out evenly among the queues that want some, whatever
 * is in the others. Times are in milliseconds, and passed in.
 */
import { type Demand, DemandMeter, smoothed } from './demand.js';
import type { Claim } from './sharing.js';
import { deal } from './shuffle-shard.js';

export interface LevelSettings {
  /** Its own, at least 1. */
  seats: number;
  /** What it never lends to other levels; all of them unless said. */
  least?: number;
  /** What it has when it has borrowed all that it may; what is its own unless said. */
  most?: number;
  /** Absent: who finds no seat is turned away. */
  queuing?: { queues: number; handSize: number; queueLengthLimit: number };
}

export type Refusal = 'concurrency-limit' | 'queue-full' | 'time-out';

/** What a request is before it is known how long it takes, as Kubernetes guesses. */
const expectedMs = 3;

/** Gives a seat back. */
export type Leave = (now: number) => void;

interface Queue {
  index: number;
  waiting: Waiting[];
  executing: number;
  /** The virtual time at which the next request of this queue would start. */
  nextStart: number;
}

interface Waiting {
  hash: bigint;
  arrived: number;
  seated(leave: Leave): void;
  refused(why: Refusal): void;
}

export class Level {
  executing = 0;
  #waiting = 0;
  #queues: Queue[] = [];
  /** Virtual time: it passes for a queue as its share of the seats does. */
  #virtual = 0;
  #seenAt = 0;
  #lastServed = 0;
  #limit: number;
  #wanted = 0;
  #demand: Demand = { high: 0, average: 0, deviation: 0 };
  readonly #meter = new DemandMeter(0);
  readonly #hands = new Map<bigint, readonly number[]>();

  constructor(private settings: LevelSettings) {
    this.#queues = newQueues(settings);
    this.#limit = settings.seats;
  }

  /** Those that it has now: its own, less what is lent, and with what is borrowed. */
  get seats(): number {
    return this.#limit;
  }

  /** What was asked for in the last period, and what the level is reckoned to want. */
  get demand(): Demand & { wanted: number } {
    return { ...this.#demand, wanted: this.#wanted };
  }

  get bounds(): Pick<Claim, 'nominal' | 'least' | 'most'> {
    const { seats: nominal, least = nominal, most = nominal } = this.settings;
    return { nominal, least, most };
  }

  /** Ends a period, and says what may be lent and should be borrowed. */
  claim(now: number): Claim {
    this.#demand = this.#meter.take(now);
    this.#wanted = smoothed(this.#wanted, this.#demand);
    return { ...this.bounds, high: this.#demand.high, wanted: this.#wanted };
  }

  /** It has so many seats from now on. */
  allot(seats: number, now: number): void {
    this.#advance(now);
    this.#limit = seats;
    this.#dispatch(now);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Those that wait are dealt their queues anew, and none is turned away for it. */
  reconfigure(settings: LevelSettings, now: number): void {
    const before = this.settings.queuing;
    const waiting = this.#queues.flatMap(queue => queue.waiting).sort((a, b) => a.arrived - b.arrived);
    this.settings = settings;
    this.#limit = settings.seats;
    const { queuing } = settings;
    if (before?.queues !== queuing?.queues || before?.handSize !== queuing?.handSize) {
      this.#queues = newQueues(settings);
      this.#hands.clear();
      for (const each of waiting) this.#queueFor(each.hash).waiting.push(each);
    }
    this.#dispatch(now);
  }

  /**
   * A seat at once, which is the rule: the function that gives it back. Undefined where there is none, or others wait. A
   * request is asked for with the hash of its flow.
   */
  take(hash: bigint, now: number): Leave | undefined {
    if (this.executing >= this.seats || this.#waiting > 0) return undefined;
    this.#advance(now);
    const queue = this.#queueFor(hash);
    this.#lastServed = queue.index;
    return this.#seat(this.#joined(queue), now);
  }

  /** Calls `seated` when there is a seat, at once or later, with the function that gives it back; or `refused`. */
  enter(hash: bigint, now: number, seated: Waiting['seated'], refused: Waiting['refused']): void {
    this.#advance(now);
    const queue = this.#queueFor(hash);
    if (this.executing >= this.seats || this.#waiting > 0) {
      const { queuing } = this.settings;
      const refusal = !queuing ? 'concurrency-limit' : queue.waiting.length >= queuing.queueLengthLimit && 'queue-full';
      if (refusal) {
        refused(refusal);
        return;
      }
    }
    this.#joined(queue).waiting.push({ hash, arrived: now, seated, refused });
    this.#waiting++;
    this.#meter.set(this.executing + this.#waiting, now);
    this.#dispatch(now);
  }

  /** Turns away those that have waited since before `since`. */
  expire(since: number): void {
    for (const queue of this.#queues) {
      while (queue.waiting[0] && queue.waiting[0].arrived <= since) {
        this.#waiting--;
        (queue.waiting.shift() as Waiting).refused('time-out');
      }
    }
    this.#meter.set(this.executing + this.#waiting, this.#seenAt);
  }

  /** The shortest of the flow's hand of queues. */
  #queueFor(hash: bigint): Queue {
    const { queuing } = this.settings;
    if (!queuing) return this.#queues[0] as Queue;
    let hand = this.#hands.get(hash);
    if (!hand) {
      if (this.#hands.size >= 1000) this.#hands.clear();
      hand = deal(hash, queuing.queues, queuing.handSize);
      this.#hands.set(hash, hand);
    }
    let shortest = this.#queues[hand[0] as number] as Queue;
    for (const index of hand) {
      const queue = this.#queues[index] as Queue;
      if (load(queue) < load(shortest)) shortest = queue;
    }
    return shortest;
  }

  /** An idle queue has saved up nothing. */
  #joined(queue: Queue): Queue {
    if (load(queue) === 0) queue.nextStart = this.#virtual;
    return queue;
  }

  #advance(now: number): void {
    const passed = Math.max(0, now - this.#seenAt);
    this.#seenAt = Math.max(now, this.#seenAt);
    if (passed === 0) return;
    let [active, wanted] = [0, 0];
    for (const { waiting, executing } of this.#queues) {
      if (waiting.length + executing === 0) continue;
      active++;
      wanted += waiting.length + executing;
    }
    if (active > 0) this.#virtual += (passed * Math.min(this.seats, wanted)) / active;
  }

  #dispatch(now: number): void {
    while (this.executing < this.seats && this.#waiting > 0) {
      const queue = this.#nextQueue();
      const next = queue.waiting.shift() as Waiting;
      this.#waiting--;
      next.seated(this.#seat(queue, now));
    }
  }

  #nextQueue(): Queue {
    const count = this.#queues.length;
    let chosen = -1;
    // From behind the last one that was served, so that queues of equal right take turns.
    for (let i = 1; i <= count; i++) {
      const index = (this.#lastServed + i) % count;
      const queue = this.#queues[index] as Queue;
      if (queue.waiting.length === 0) continue;
      if (chosen < 0 || queue.nextStart < (this.#queues[chosen] as Queue).nextStart) chosen = index;
    }
    this.#lastServed = chosen;
    return this.#queues[chosen] as Queue;
  }

  #seat(queue: Queue, started: number): Leave {
    this.executing++;
    queue.executing++;
    queue.nextStart += expectedMs;
    let taken = true;
    return now => {
      if (!taken) return;
      taken = false;
      this.#advance(now);
      this.executing--;
      queue.executing--;
      // What it took instead of what was expected.
      queue.nextStart += now - started - expectedMs;
      this.#meter.set(this.executing + this.#waiting, now);
      this.#dispatch(now);
    };
  }
}

const newQueues = ({ queuing }: LevelSettings): Queue[] =>
  Array.from({ length: queuing?.queues ?? 1 }, (_, index) => ({ index, waiting: [], executing: 0, nextStart: 0 }));

const load = ({ waiting, executing }: Queue): number => waiting.length + executing;
