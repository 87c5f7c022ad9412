/**
 * The addresses of services. Each that is taken is an IPAddress object, named as the address: the store lets only one be
 * created, so several API servers on one store never give an address twice.
 */
import type { KindRow } from '../../../api/kinds/row.js';
import { StatusError, statusError } from '../../../api/status.js';
import type { AnyObject, IPAddress, ServiceCIDR } from '../../../api/types.js';
import type { Environment } from '../call.js';
import { beginLife } from '../metadata.js';
import { change, insert } from '../write.js';
import { canonicalRange, parseRange, type Range, toAddress, toNumber } from './addresses.js';
import { candidates } from './pick.js';

const group = 'networking.k8s.io';
export const ipAddresses = { group, resource: 'ipaddresses' };
const serviceCidrs = { group, resource: 'servicecidrs' };

const managedBy = 'ipaddress.kubernetes.io/managed-by';
const allocator = 'ipallocator.k8s.io';

/** The service that has, or wants, an address. */
export interface Holder {
  namespace: string;
  name: string;
}

/** Numbers up to here are left to those who ask for them by name, as Kubernetes does. */
const keptOf = (size: number): number => Math.min(Math.max(16, Math.floor(size / 16)), 256);

/** The first address is the network's, the last is its broadcast. */
const usable = ({ base, size }: Range): Range => ({ base: base + 1, size: size - 2 });

export class ClusterAddresses {
  private readonly serviceCidr: string;
  readonly #own: Range;

  /** Throws a RangeError for a range that is none. */
  constructor(
    serviceCidr: string,
    private readonly random: () => number,
  ) {
    this.serviceCidr = canonicalRange(serviceCidr);
    this.#own = usable(parseRange(serviceCidr));
  }

  /** The ranges as a refusal names them. */
  described(env: Environment): string {
    return [this.serviceCidr, ...readyRanges(env).filter(range => range !== this.serviceCidr)].join(',');
  }

  contains(env: Environment, address: string): boolean {
    const number = toNumber(address);
    if (number === undefined) return false;
    return this.#ranges(env).some(({ base, size }) => number >= base && number < base + size);
  }

  /** False when another has it. 'kept' when the holder has it already. */
  async take(env: Environment, address: string, holder: Holder, dryRun: boolean): Promise<boolean | 'kept'> {
    const row = rowOf(env);
    const object = addressObject(address, holder);
    beginLife(row, object, env.uid(), env.clock.now());
    try {
      await insert(env, { row, namespace: '', name: address, dryRun }, object);
      return true;
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
      // Not from the cache: another server may have created it just now.
      const found = await env.store.get(env.cache.keyOf(row, '', address));
      return found && isHeldBy(JSON.parse(Buffer.from(found.value).toString()), holder) ? 'kept' : false;
    }
  }

  /** Throws InternalError when all are taken. */
  async draw(env: Environment, holder: Holder, dryRun: boolean): Promise<string> {
    for (const { base, size } of this.#ranges(env)) {
      for (const offset of candidates(size, Math.min(keptOf(size + 2), size), this.random())) {
        const address = toAddress(base + offset);
        if (env.lookup.get(ipAddresses, '', address)) continue;
        if ((await this.take(env, address, holder, dryRun)) === true) return address;
      }
    }
    throw statusError('InternalError', 'failed to allocate a serviceIP: range is full');
  }

  /** Does nothing when somebody else has it. */
  async free(env: Environment, address: string, holder: Holder): Promise<void> {
    try {
      await change(env, { row: rowOf(env), namespace: '', name: address, dryRun: false }, ({ object }) =>
        isHeldBy(object, holder) ? { kind: 'remove' } : { kind: 'keep' },
      );
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
    }
  }

  /** The server's own range first, then those that ServiceCIDR objects add. */
  #ranges(env: Environment): Range[] {
    const added = readyRanges(env).filter(range => range !== this.serviceCidr);
    return [this.#own, ...added.flatMap(range => (isIPv4Range(range) ? [usable(parseRange(range))] : []))];
  }
}

/** As parseRange takes it: services have IPv4 addresses. */
function isIPv4Range(range: string): boolean {
  const [address = '', bits = ''] = range.split('/');
  return toNumber(address) !== undefined && Number(bits) >= 8 && Number(bits) <= 30;
}

function readyRanges({ lookup }: Environment): string[] {
  return [...lookup.list(serviceCidrs)].flatMap(object => {
    const { metadata, spec, status } = object as unknown as ServiceCIDR;
    const ready = status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True');
    return ready && !metadata.deletionTimestamp ? (spec?.cidrs ?? []) : [];
  });
}

function rowOf(env: Environment): KindRow {
  const row = env.kinds.find(group, 'v1', 'ipaddresses');
  if (row) return row;
  throw new TypeError('IPAddress is not served, but without it no service gets an address');
}

const addressObject = (address: string, { namespace, name }: Holder): AnyObject => ({
  apiVersion: `${group}/v1`,
  kind: 'IPAddress',
  metadata: {
    name: address,
    labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', [managedBy]: allocator },
  },
  spec: { parentRef: { group: '', resource: 'services', namespace, name } },
});

/** The service that an IPAddress of the allocator was made for; undefined for addresses that others made. */
export function holderOf(object: AnyObject): Holder | undefined {
  const { metadata, spec } = object as unknown as IPAddress;
  const { resource, namespace = '', name = '' } = spec?.parentRef ?? {};
  if (metadata.labels?.[managedBy] !== allocator || resource !== 'services') return undefined;
  return { namespace, name };
}

function isHeldBy(object: AnyObject | undefined, holder: Holder): boolean {
  const found = object && holderOf(object);
  return found?.namespace === holder.namespace && found.name === holder.name;
}
