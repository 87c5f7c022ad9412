/**
 * How a server leaves: it says that it is not ready, gives those who ask that the time to hear it, and ends watches evenly
 * over a while, so that the next server does not get all of them at once. The rest is http/server.ts's `close`.
 */
import type { Clock } from '../api/clock.js';
import type { HealthCheck } from './http/health.js';

export interface ShutdownTiming {
  /** `--shutdown-delay-duration`: not ready, and serving all the same. */
  delayMs: number;
  /** `--shutdown-watch-termination-grace-period`: watches end over this time. */
  watchesMs: number;
}

export const promptly: ShutdownTiming = { delayMs: 0, watchesMs: 0 };

const stepMs = 100;

export class Shutdown {
  #begun = false;

  constructor(
    private readonly clock: Clock,
    private readonly timing: ShutdownTiming = promptly,
  ) {}

  readonly check: HealthCheck = {
    name: 'shutdown',
    readinessOnly: true,
    check: async () => (this.#begun ? 'process is shutting down' : undefined),
  };

  begin(): void {
    this.#begun = true;
  }

  async delay(): Promise<void> {
    if (this.timing.delayMs > 0) await this.clock.sleep(this.timing.delayMs);
  }

  /** Ends those that go on now, and `cache` gets no others. */
  async endWatches(cache: { watchesToEnd(): Iterable<{ end(): void }> }): Promise<void> {
    const watches = [...cache.watchesToEnd()];
    const steps = Math.max(1, Math.floor(this.timing.watchesMs / stepMs));
    for (let step = 0; step < steps; step++) {
      if (step > 0) await this.clock.sleep(stepMs);
      const [from, to] = [step, step + 1].map(n => Math.floor((watches.length * n) / steps));
      for (const watch of watches.slice(from, to)) watch.end();
    }
  }
}
