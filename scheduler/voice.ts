/** The events of one schedulerName. Why a pod was refused is not to wait behind thousands of pods that were placed. */
import type { Logger } from 'pino';
import type { Clock } from '../api/clock.js';
import type { Client } from '../client/client.js';
import { EventRecorder } from '../client/runtime/events.js';

export class Voice implements Pick<EventRecorder, 'event'> {
  readonly #routine: EventRecorder;
  readonly #warnings: EventRecorder;

  constructor(client: Client, component: string, { clock, log }: { clock: Clock; log: Logger }) {
    this.#routine = new EventRecorder({ client, component, clock, log });
    this.#warnings = new EventRecorder({ client, component, clock, log });
  }

  event(...event: Parameters<EventRecorder['event']>): void {
    const [, type] = event;
    (type === 'Warning' ? this.#warnings : this.#routine).event(...event);
  }

  async close(): Promise<void> {
    await Promise.all([this.#routine.close(), this.#warnings.close()]);
  }
}
