/**
 * Makes what is taken agree with the services that there are: a server that died between two writes, or an older one that
 * kept no record, leaves addresses and ports that nobody has, or that two could get.
 */
import type { Clock } from '../../../api/clock.js';
import type { AnyObject } from '../../../api/types.js';
import type { Environment } from '../call.js';
import type { ServiceAllocation } from './allocation.js';
import { type Holder, holderOf, ipAddresses } from './cluster-addresses.js';
import { type Held, heldBy } from './held.js';

/** As often as Kubernetes looks. */
const everyMs = 180_000;
/** The service of an address that is younger may still be on its way. */
const graceMs = 60_000;
/** A port without a service is freed when it was so at so many looks. */
const looksBeforeFreed = 3;

interface Service extends Holder, Held {}

export interface AddressPlan {
  missing: (Holder & { address: string })[];
  orphans: (Holder & { address: string })[];
}

/** Which addresses of services have no IPAddress, and which IPAddresses no service. */
export function planAddresses(services: readonly Service[], records: Iterable<AnyObject>, now: number): AddressPlan {
  const known = new Set<string>();
  const orphans: AddressPlan['orphans'] = [];
  const held = new Set(services.flatMap(s => s.addresses.map(address => `${s.namespace}/${s.name}/${address}`)));
  for (const record of records) {
    const address = record.metadata.name ?? '';
    known.add(address);
    const holder = holderOf(record);
    const born = Date.parse(record.metadata.creationTimestamp ?? '');
    if (!holder || held.has(`${holder.namespace}/${holder.name}/${address}`) || now - born < graceMs) continue;
    orphans.push({ ...holder, address });
  }
  const missing = services.flatMap(({ namespace, name, addresses }) =>
    addresses.filter(address => !known.has(address)).map(address => ({ namespace, name, address })),
  );
  return { missing, orphans };
}

export class ServiceRepair {
  /** Ports that nobody had at the last looks, and how many looks those were. */
  #unowned = new Map<number, number>();

  constructor(
    private readonly env: Environment,
    private readonly allocation: ServiceAllocation,
  ) {}

  /** Looks once, and mends what it finds. */
  async once(): Promise<void> {
    const { env, allocation } = this;
    await env.cache.fresh();
    const services = [...env.lookup.list({ group: '', resource: 'services' })].map(object => ({
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name ?? '',
      ...heldBy(object),
    }));
    const { missing, orphans } = planAddresses(services, env.lookup.list(ipAddresses), env.clock.now());
    for (const { address, ...holder } of missing) await allocation.addresses.take(env, address, holder, false);
    for (const { address, ...holder } of orphans) await allocation.addresses.free(env, address, holder);
    await this.#mendPorts(new Set(services.flatMap(({ ports }) => ports)));
  }

  async #mendPorts(held: ReadonlySet<number>): Promise<void> {
    this.#unowned = await this.allocation.ports.change(this.env, false, all => {
      for (const port of held) if (all.contains(port)) all.take(port);
      const unowned = new Map<number, number>();
      for (const port of all.taken()) {
        if (held.has(port)) continue;
        const looks = (this.#unowned.get(port) ?? 0) + 1;
        if (looks > looksBeforeFreed) all.free(port);
        else unowned.set(port, looks);
      }
      return unowned;
    });
  }

  /** Looks again and again, until the signal aborts. `failed` is told what could not be mended; the next look comes. */
  async keep(clock: Clock, signal: AbortSignal, failed: (error: unknown) => void): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      await this.once().catch(failed);
    }
  }
}
