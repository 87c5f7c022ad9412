/**
 * Leaves a host alone for a second after it did not answer, so that the next attempt goes to another one at once.
 * etcd3 takes it for the circuit breaker that it puts before each of several hosts.
 */
import { GRPCUnavailableError } from 'etcd3';
import type { Clock } from '../../api/clock.js';

const LEFT_ALONE_MS = 1000;

/** The host was not asked. */
export class HostLeftAlone extends Error {}

export class HostGuard {
  #downUntil = 0;
  #why = '';

  constructor(
    private readonly host: string,
    private readonly clock: Clock,
  ) {}

  async execute<T>(call: (context: object) => Promise<T> | T): Promise<T> {
    if (this.clock.now() < this.#downUntil) {
      throw new HostLeftAlone(`${this.host} did not answer a moment ago: ${this.#why}`);
    }
    try {
      return await call({});
    } catch (error) {
      if (error instanceof GRPCUnavailableError) {
        this.#downUntil = this.clock.now() + LEFT_ALONE_MS;
        this.#why = error.message;
      }
      throw error;
    }
  }
}
