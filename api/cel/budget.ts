/**
 * What an evaluation may cost. Every step of an expression is charged one, and what a step makes or reads through is
 * charged by its size, so that a loop within a loop over a long list ends long before it is a burden.
 */

/** Kubernetes' limits count other units than these steps; these are chosen to be as generous, in time. */
export const budgets = {
  /** One expression. */
  expression: 1_000_000,
  /** All the expressions of one request together. */
  request: 10_000_000,
} as const;

/** How long one expression may take in milliseconds, whatever its steps are charged: the last line of defence. */
const longestMs = 1000;
/** The clock is asked after so many charges. */
const lookEvery = 4096;

export class BudgetExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'BudgetExceeded';
  }
}

/** `now` in milliseconds, of a clock that goes on while code runs. */
export class Budget {
  #left: number;
  #untilLook = lookEvery;
  #deadline = Number.POSITIVE_INFINITY;
  /** Made once: a loop that is being ended throws it in every turn. */
  readonly #error = new BudgetExceeded();
  exceeded = false;

  constructor(
    private total: number = budgets.request,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#left = 0;
  }

  /** Begins an expression: at most `most` of what is left is its own. */
  begin(most: number = budgets.expression): void {
    this.total += this.#left;
    this.#left = Math.min(most, this.total);
    this.total -= this.#left;
    this.#deadline = this.now() + longestMs;
    this.exceeded = false;
  }

  /** `look` asks the clock too. Throws BudgetExceeded; `exceeded` then says so to whoever did not hear it, for CEL's || forgives errors. */
  charge(cost: number, look = false): void {
    this.#left -= cost;
    this.#untilLook = look ? 0 : this.#untilLook - 1;
    if (this.#untilLook <= 0) {
      this.#untilLook = lookEvery;
      if (this.now() > this.#deadline) this.exceeded = true;
    }
    if (this.#left < 0) this.exceeded = true;
    if (this.exceeded) throw this.#error;
  }
}
