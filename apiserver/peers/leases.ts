/**
 * Which API servers are alive: each keeps a key with a time to live, named as its address, where Kubernetes' own keep
 * theirs (/registry/masterleases/). One that dies is forgotten when its time is over.
 */
import type { Store } from '../../storage/store.js';

const prefix = '/registry/masterleases/';

export class PeerLeases {
  constructor(
    private readonly store: Store,
    private readonly ttlSeconds: number,
  ) {}

  /** Says that the server at this address lives. */
  async renew(address: string): Promise<void> {
    const key = prefix + address;
    const options = { ttlSeconds: this.ttlSeconds };
    const value = leaseOf(address);
    let current = await this.store.get(key);
    for (;;) {
      const written = current
        ? await this.store.update(key, value, current.revision, options)
        : await this.store.create(key, value, options);
      if (written.ok) return;
      current = written.current;
    }
  }

  async remove(address: string): Promise<void> {
    await this.store.delete(prefix + address);
  }

  /** The addresses of all that live, in order. */
  async list(): Promise<string[]> {
    const { entries } = await this.store.list(prefix);
    return entries.map(({ key }) => key.slice(prefix.length)).sort();
  }
}

/** Endpoints with the one address, as Kubernetes' API servers read and write them. */
const leaseOf = (address: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata: { creationTimestamp: null },
      subsets: [{ addresses: [{ ip: address }] }],
    }),
  );
