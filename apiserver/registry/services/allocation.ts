/**
 * The cluster addresses and node ports of Services. What is taken is known from the watch cache; what a request takes is
 * taken at once, before its write, so that two requests at the same time never get the same.
 */
import type { KindRow } from '../../../api/kinds/row.js';
import { type FieldError, invalid, statusError } from '../../../api/status.js';
import type { AnyObject, Service } from '../../../api/types.js';
import { invalidValue } from '../../../api/validation/errors.js';
import type { Lookup } from '../../contracts.js';
import type { Reservation, Reservations } from '../call.js';
import { parseRange, toAddress, toNumber } from './addresses.js';
import { Pool } from './pool.js';

export interface AllocationOptions {
  /** '10.96.0.0/16' */
  serviceCidr: string;
  /** In [0, 1). */
  random(): number;
}

const nodePorts = { first: 30_000, size: 2768 };
/** Of each range, numbers up to here are left to those who ask for them by name, as Kubernetes does. */
const keptAddresses = (size: number): number => Math.min(Math.max(16, Math.floor(size / 16)), 256);
const keptPorts = 86;

type Spec = NonNullable<Service['spec']>;
type Taken = { pool: Pool; number: number };

export class ServiceAllocation implements Reservations {
  readonly #addresses: Pool;
  readonly #ports = new Pool(nodePorts.first, nodePorts.size, keptPorts);
  readonly #random: () => number;

  /** Throws a RangeError for a range that is none. */
  constructor(private readonly options: AllocationOptions) {
    const { base, size } = parseRange(options.serviceCidr);
    // The first address is the network's, the last is its broadcast.
    this.#addresses = new Pool(base + 1, size - 2, Math.min(keptAddresses(size), size - 2));
    this.#random = options.random;
  }

  /** Learns what is taken, now and after every change. */
  follow(lookup: Lookup): void {
    const services = { group: '', resource: 'services' };
    for (const service of lookup.list(services)) this.#learn(service, undefined);
    lookup.onChange(services, (now, before) => this.#learn(now, before));
  }

  handles(row: KindRow): boolean {
    return row.group === '' && row.plural === 'services';
  }

  /** Gives the service what it needs and lacks; throws Invalid when it asks for what is taken or out of range. */
  reserve(object: AnyObject, old: AnyObject | undefined): Reservation {
    const service = object as unknown as Service;
    const spec = service.spec as Spec;
    const owner = service.metadata.uid as string;
    const before = new Set(old ? this.#held(old).map(keyOf) : []);
    const taken: Taken[] = [];
    const undo = (): void => {
      for (const { pool, number } of taken) if (!before.has(keyOf({ pool, number }))) pool.release(number, owner);
    };
    try {
      if (spec.type !== 'ExternalName') this.#giveAddress(service, spec, owner, taken);
      this.#givePorts(service, spec, owner, taken);
    } catch (error) {
      undo();
      throw error;
    }
    return { undo };
  }

  #giveAddress(service: Service, spec: Spec, owner: string, taken: Taken[]): void {
    const wanted = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
    if (wanted.length > 1) {
      refuse(
        service,
        invalidValue(
          'spec.clusterIPs',
          wanted,
          'this cluster has one family of addresses (IPv4): may only hold 1 value',
        ),
      );
    }
    this.#giveFamilies(service, spec);
    const [address] = wanted;
    if (address === 'None') spec.clusterIP = 'None';
    else if (address) spec.clusterIP = this.#takeAddress(service, address, owner, taken);
    else {
      const number = this.#addresses.draw(owner, this.#random());
      if (number === undefined) throw statusError('InternalError', 'failed to allocate a serviceIP: range is full');
      taken.push({ pool: this.#addresses, number });
      spec.clusterIP = toAddress(number);
    }
    spec.clusterIPs = [spec.clusterIP];
  }

  #giveFamilies(service: Service, spec: Spec): void {
    spec.ipFamilyPolicy ??= 'SingleStack';
    if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
    if (spec.ipFamilyPolicy === 'RequireDualStack' || spec.ipFamilies.some(family => family !== 'IPv4')) {
      const why = 'not configured on this cluster, which has IPv4 alone';
      refuse(service, invalidValue('spec.ipFamilies', spec.ipFamilies, why));
    }
    spec.ipFamilyPolicy = 'SingleStack';
  }

  #takeAddress(service: Service, address: string, owner: string, taken: Taken[]): string {
    const number = toNumber(address);
    const complain = (why: string): never =>
      refuse(service, invalidValue('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`));
    if (number === undefined || !this.#addresses.contains(number)) {
      const range = this.options.serviceCidr;
      return complain(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range}`);
    }
    if (!this.#addresses.take(number, owner)) return complain('provided IP is already allocated');
    taken.push({ pool: this.#addresses, number });
    return address;
  }

  #givePorts(service: Service, spec: Spec, owner: string, taken: Taken[]): void {
    const wanting =
      spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
    const ports = spec.ports ?? [];
    ports.forEach((port, i) => {
      if (port.nodePort) this.#takePort(service, port.nodePort, `spec.ports[${i}].nodePort`, owner, taken);
    });
    if (wanting) for (const port of ports) port.nodePort ||= this.#drawPort(owner, taken);
    if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') {
      const field = 'spec.healthCheckNodePort';
      if (spec.healthCheckNodePort) this.#takePort(service, spec.healthCheckNodePort, field, owner, taken);
      else spec.healthCheckNodePort = this.#drawPort(owner, taken);
    }
  }

  #takePort(service: Service, port: number, field: string, owner: string, taken: Taken[]): void {
    if (!this.#ports.contains(port)) {
      const range = `${nodePorts.first}-${nodePorts.first + nodePorts.size - 1}`;
      refuse(
        service,
        invalidValue(field, port, `provided port is not in the valid range. The range of valid ports is ${range}`),
      );
    }
    if (!this.#ports.take(port, owner))
      refuse(service, invalidValue(field, port, 'provided port is already allocated'));
    taken.push({ pool: this.#ports, number: port });
  }

  #drawPort(owner: string, taken: Taken[]): number {
    const number = this.#ports.draw(owner, this.#random());
    if (number === undefined) throw statusError('InternalError', 'failed to allocate a nodePort: range is full');
    taken.push({ pool: this.#ports, number });
    return number;
  }

  #learn(now: AnyObject | undefined, before: AnyObject | undefined): void {
    const held = now ? this.#held(now) : [];
    const kept = new Set(held.map(keyOf));
    const owner = (now ?? before)?.metadata.uid as string;
    for (const { pool, number } of before ? this.#held(before) : []) {
      if (before?.metadata.uid !== owner || !kept.has(keyOf({ pool, number }))) {
        pool.release(number, before?.metadata.uid as string);
      }
    }
    for (const { pool, number } of held) pool.take(number, owner);
  }

  #held(object: AnyObject): Taken[] {
    const spec = (object as unknown as Service).spec ?? {};
    const address = spec.clusterIP ? toNumber(spec.clusterIP) : undefined;
    const ports = [...(spec.ports ?? []).map(port => port.nodePort), spec.healthCheckNodePort];
    return [
      ...(address === undefined ? [] : [{ pool: this.#addresses, number: address }]),
      ...ports
        .filter(port => port !== undefined && port > 0)
        .map(number => ({ pool: this.#ports, number: number as number })),
    ];
  }
}

/** Ports lie far below addresses: a number alone says which pool it is of. */
const keyOf = ({ number }: Taken): number => number;

function refuse(service: Service, error: FieldError): never {
  throw invalid('Service', '', service.metadata.name ?? '', [error]);
}
