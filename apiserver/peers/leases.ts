/**
 * Which API servers are alive: each keeps a key with a time to live, where Kubernetes' own keep theirs
 * (/registry/masterleases/), named as its address, and with its port behind that when others have the same address. One
 * that dies is forgotten when its time is over.
 */
import { isIP } from 'node:net';
import type { Store } from '../../storage/store.js';
import type { Peer } from './endpoints.js';

const prefix = '/registry/masterleases/';

export interface OwnLease extends Peer {
  /** Other servers are known by the same address. */
  sharesAddress?: boolean;
}

export class PeerLeases {
  readonly #key: string;

  constructor(
    private readonly store: Store,
    private readonly self: OwnLease,
    private readonly ttlSeconds: number,
  ) {
    const { address, port, sharesAddress } = self;
    this.#key = prefix + (sharesAddress ? `${address}:${port}` : address);
  }

  /** Says that this server lives. */
  async renew(): Promise<void> {
    const options = { ttlSeconds: this.ttlSeconds };
    const value = leaseOf(this.self.address);
    let current = await this.store.get(this.#key);
    for (;;) {
      const written = current
        ? await this.store.update(this.#key, value, current.revision, options)
        : await this.store.create(this.#key, value, options);
      if (written.ok) return;
      current = written.current;
    }
  }

  async remove(): Promise<void> {
    await this.store.delete(this.#key);
  }

  /** All that live, in the order of their names. One without a port has the same as this server. */
  async list(): Promise<Peer[]> {
    const { entries } = await this.store.list(prefix);
    const names = entries.map(({ key }) => key.slice(prefix.length)).sort();
    return names.map(name => {
      if (isIP(name)) return { address: name, port: this.self.port };
      const at = name.lastIndexOf(':');
      return { address: name.slice(0, at), port: Number(name.slice(at + 1)) };
    });
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
