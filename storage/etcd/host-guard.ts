/**
 * Leaves a host alone for a while after it did not answer, so that the next attempt goes to another one at once. etcd3
 * takes it for the circuit breaker that it puts before each of several hosts.
 */
import { GRPCDeadlineExceededError, GRPCUnavailableError } from 'etcd3';
import type { Clock } from '../../api/clock.js';

/** One that refuses is asked again soon: it costs nothing to hear that once more. */
const REFUSED_MS = 1000;
/** One that hangs costs whoever asks it the whole time that a call may take. */
const SILENT_MS = 5000;

/** The host was not asked. */
export class HostLeftAlone extends Error {}

export class HostGuard {
  /** undefined while it is well. */
  #down: { until: number; why: string } | undefined;
  /** Afterwards one call goes first, and the others when that one was answered. */
  #isTried = false;

  constructor(
    private readonly host: string,
    private readonly clock: Clock,
  ) {}

  async execute<T>(call: (context: object) => Promise<T> | T): Promise<T> {
    const tries = this.#down !== undefined;
    if (this.#down && (this.#isTried || this.clock.now() < this.#down.until)) {
      throw new HostLeftAlone(`${this.host} did not answer a moment ago: ${this.#down.why}`);
    }
    if (tries) this.#isTried = true;
    try {
      const answer = await call({});
      this.#down = undefined;
      return answer;
    } catch (error) {
      this.#down = this.#downAfter(error);
      throw error;
    } finally {
      if (tries) this.#isTried = false;
    }
  }

  #downAfter(error: unknown): { until: number; why: string } | undefined {
    const isSilent = error instanceof GRPCDeadlineExceededError;
    if (!isSilent && !(error instanceof GRPCUnavailableError)) return undefined;
    return { until: this.clock.now() + (isSilent ? SILENT_MS : REFUSED_MS), why: error.message };
  }
}
