/** How many seats a level would have used: the requests with a seat and those that wait for one, over a period. */

/** What was asked for in a period. */
export interface Demand {
  high: number;
  average: number;
  deviation: number;
}

export class DemandMeter {
  #now: number;
  #seats = 0;
  #high = 0;
  #began: number;
  #since: number;
  #area = 0;
  #squares = 0;

  constructor(now: number) {
    this.#now = now;
    this.#began = now;
    this.#since = now;
  }

  /** From `now` on so many are asked for. */
  set(seats: number, now: number): void {
    this.#pass(now);
    this.#seats = seats;
    if (seats > this.#high) this.#high = seats;
  }

  /** Ends the period, and begins another. */
  take(now: number): Demand {
    this.#pass(now);
    const length = this.#now - this.#began;
    const average = length > 0 ? this.#area / length : this.#seats;
    const variance = length > 0 ? this.#squares / length - average * average : 0;
    const demand = { high: this.#high, average, deviation: Math.sqrt(Math.max(0, variance)) };
    this.#began = this.#now;
    this.#area = 0;
    this.#squares = 0;
    this.#high = this.#seats;
    return demand;
  }

  #pass(now: number): void {
    const passed = now - this.#since;
    if (passed <= 0) return;
    this.#since = now;
    this.#now = now;
    this.#area += this.#seats * passed;
    this.#squares += this.#seats * this.#seats * passed;
  }
}

/** What is left of the old after each period: a level's seats go back slowly, and come at once. */
const remembered = 0.977;

/** What a level is reckoned to want, after another period. */
export function smoothed(before: number, { average, deviation }: Demand): number {
  const envelope = average + deviation;
  return Math.max(envelope, remembered * before + (1 - remembered) * envelope);
}
