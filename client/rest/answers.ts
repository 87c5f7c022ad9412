/** Waiting for a server: the parts of a cluster are started together, and none of them needs an order. */
import type { Clock } from '../../api/clock.js';
import { StatusError } from '../../api/status.js';
import type { Client } from '../client.js';

const pollMs = 50;

/** Resolves once the server says that it is ready (or will not tell this user), or the signal aborts. */
export async function serverAnswers(client: Client, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.raw('/readyz', { signal });
      return;
    } catch (error) {
      if (error instanceof StatusError && error.code < 500) return;
      await clock.sleep(pollMs, signal);
    }
  }
}
