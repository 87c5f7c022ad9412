/**
 * A port that the API servers of one machine have in common. Who asks for it first serves what comes there; when that one
 * dies, the kernel gives the port to another that asks. So the cluster has an address that outlives each of its servers,
 * without a balancer before them that could die itself.
 */
import type { Clock } from '../../api/clock.js';

/** So long nobody may answer, and a few system calls in that time are all that waiting costs. */
const askEveryMs = 100;

export interface CommonPortOptions {
  /** Rejects when the port cannot be had. */
  listen(): Promise<void>;
  got(): void;
  /** Told once when it is not for another's having it. */
  failed(error: unknown): void;
  clock: Clock;
  signal: AbortSignal;
}

/** Resolves when this server has the port, or the signal aborts. Who has it keeps it until it stops. */
export async function keepCommonPort({ listen, got, failed, clock, signal }: CommonPortOptions): Promise<void> {
  let told = false;
  while (!signal.aborted) {
    try {
      await listen();
      return got();
    } catch (error) {
      if (!told && (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
        told = true;
        failed(error);
      }
      await clock.sleep(askEveryMs, signal);
    }
  }
}
