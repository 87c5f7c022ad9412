/**
 * Leases, by which etcd deletes keys. A lease for each key would cost etcd a write and a heap entry a key, so that keys
 * with the same time to live that are written close together share one, as those of Kubernetes' API server do: they
 * live up to a twentieth of their time (but no more than a minute) longer than asked.
 */
import type { Clock } from '../../api/clock.js';

const REUSED_FOR = 0.05;
const REUSED_FOR_AT_MOST_SECONDS = 60;
/** A lease that expires deletes its keys in one transaction: it should not be a huge one. */
const MOST_KEYS = 1000;

interface Lease {
  id: Promise<string>;
  /** Until when a key with the full time to live may still join, in milliseconds since 1970. */
  joinableUntil: number;
  keys: number;
}

export class LeasePool {
  readonly #leases = new Map<number, Lease>();

  constructor(
    /** Asks etcd for a lease of so many seconds; answers its id. */
    private readonly grant: (seconds: number) => Promise<string>,
    private readonly clock: Clock,
  ) {}

  /** The id of a lease that lasts for at least so many seconds from now. */
  lease(ttlSeconds: number): Promise<string> {
    const now = this.clock.now();
    const open = this.#leases.get(ttlSeconds);
    if (open !== undefined && now <= open.joinableUntil && open.keys < MOST_KEYS) {
      open.keys++;
      return open.id;
    }
    const extra = Math.min(ttlSeconds * REUSED_FOR, REUSED_FOR_AT_MOST_SECONDS);
    const id = this.grant(Math.ceil(ttlSeconds + extra));
    this.#leases.set(ttlSeconds, { id, joinableUntil: now + extra * 1000, keys: 1 });
    id.catch(() => this.forget(ttlSeconds, id));
    return id;
  }

  /** This lease is no good: the next key gets another. */
  forget(ttlSeconds: number, id: Promise<string>): void {
    if (this.#leases.get(ttlSeconds)?.id === id) this.#leases.delete(ttlSeconds);
  }
}
