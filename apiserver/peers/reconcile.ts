/** Keeps the endpoints of the `kubernetes` service to the API servers that live. */
import type { Clock } from '../../api/clock.js';
import { ensureFields } from '../bootstrap/ensure.js';
import type { Environment } from '../registry/call.js';
import { kubernetesEndpoints, kubernetesSlice } from './endpoints.js';
import { PeerLeases } from './leases.js';

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
    /** Where pods and nodes reach this server. */
    private readonly self: { address: string; port: number },
    private readonly timing: PeerTiming = usualTiming,
  ) {
    this.#leases = new PeerLeases(env.store, timing.ttlSeconds);
  }

  /** This server lives; the endpoints are those that do. */
  async once(): Promise<void> {
    await this.#leases.renew(this.self.address);
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
    await this.#leases.remove(this.self.address);
    await this.#write();
  }

  async #write(): Promise<void> {
    const addresses = await this.#leases.list();
    if (addresses.length === 0) return;
    const peers = { addresses, port: this.self.port };
    await ensureFields(this.env, kubernetesEndpoints(peers), ['subsets']);
    await ensureFields(this.env, kubernetesSlice(peers), ['endpoints', 'ports']);
  }
}
