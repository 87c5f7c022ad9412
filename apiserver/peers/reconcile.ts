/** Keeps the endpoints of the `kubernetes` service to the API servers that live. */
import type { Clock } from '../../api/clock.js';
import { ensureAbsent, ensureFields, exists } from '../bootstrap/ensure.js';
import type { Environment } from '../registry/call.js';
import { kubernetesEndpoints, kubernetesSlice, kubernetesSlices } from './endpoints.js';
import { type OwnLease, PeerLeases } from './leases.js';

export interface PeerTiming {
  /** A server that was silent for so long is gone. Kubernetes': 15. */
  ttlSeconds: number;
  /** How often a server says that it lives, and looks who does. Kubernetes': 10 seconds. */
  everyMs: number;
}

export const usualTiming: PeerTiming = { ttlSeconds: 15, everyMs: 10_000 };

export class PeerEndpoints {
  readonly #leases: PeerLeases;

  constructor(
    private readonly env: Environment,
    self: OwnLease,
    private readonly timing: PeerTiming = usualTiming,
  ) {
    this.#leases = new PeerLeases(env.store, self, timing.ttlSeconds);
  }

  /** This server lives; the endpoints are those that do. */
  async once(): Promise<void> {
    await this.#leases.renew();
    await this.#write();
  }

  async keep(clock: Clock, signal: AbortSignal, failed: (error: unknown) => void): Promise<void> {
    for (;;) {
      await clock.sleep(this.timing.everyMs, signal);
      if (signal.aborted) return;
      await this.once().catch(failed);
    }
  }

  /** This server stops: nobody should be sent to it any more. The last one leaves the endpoints as they are. */
  async leave(): Promise<void> {
    await this.#leases.remove();
    await this.#write();
  }

  async #write(): Promise<void> {
    const peers = await this.#leases.list();
    if (peers.length === 0) return;
    await ensureFields(this.env, kubernetesEndpoints(peers), ['subsets']);
    const slices = kubernetesSlices(peers);
    for (const slice of slices) await ensureFields(this.env, slice, ['endpoints', 'ports']);
    for (let i = slices.length; exists(this.env, kubernetesSlice(i)); i++)
      await ensureAbsent(this.env, kubernetesSlice(i));
  }
}
