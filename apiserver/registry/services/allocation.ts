/** Gives each Service the cluster address and the node ports that it needs and lacks, and takes them back. */
import type { KindRow } from '../../../api/kinds/row.js';
import { type FieldError, invalid, statusError } from '../../../api/status.js';
import type { AnyObject, Service } from '../../../api/types.js';
import { invalidValue } from '../../../api/validation/errors.js';
import type { Environment, Reservation, Reservations } from '../call.js';
import { ClusterAddresses, type Holder } from './cluster-addresses.js';
import { type Held, heldBy, without } from './held.js';
import { NodePorts, type Ports, portRange } from './node-ports.js';

export interface AllocationOptions {
  /** '10.96.0.0/16' */
  serviceCidr: string;
  /** In [0, 1). */
  random(): number;
}

type Spec = NonNullable<Service['spec']>;

/** A service on its way to the store. */
interface Request {
  service: Service;
  spec: Spec;
  holder: Holder;
  before: Held;
  dryRun: boolean;
}

export class ServiceAllocation implements Reservations {
  readonly addresses: ClusterAddresses;
  readonly ports = new NodePorts();
  readonly #random: () => number;

  /** Throws a RangeError for a range that is none. */
  constructor({ serviceCidr, random }: AllocationOptions) {
    this.addresses = new ClusterAddresses(serviceCidr, random);
    this.#random = random;
  }

  handles(row: KindRow): boolean {
    return row.group === '' && row.plural === 'services';
  }

  /** Throws Invalid when the service asks for what is taken or out of range. */
  async reserve(
    env: Environment,
    object: AnyObject,
    old: AnyObject | undefined,
    dryRun: boolean,
  ): Promise<Reservation> {
    const service = object as unknown as Service;
    const request = { service, spec: service.spec as Spec, holder: holderOf(object), before: heldBy(old), dryRun };
    const taken: string[] = [];
    const giveBack = (): Promise<void> => this.#free(env, request.holder, { addresses: taken, ports: [] });
    try {
      if (request.spec.type !== 'ExternalName') await this.#giveAddress(env, request, taken);
      const ports = await this.#givePorts(env, request);
      return {
        undo: () => this.#free(env, request.holder, dryRun ? nothing : { addresses: taken, ports }),
        settle: () => this.#free(env, request.holder, dryRun ? nothing : without(request.before, heldBy(object))),
      };
    } catch (error) {
      if (!dryRun) await giveBack();
      throw error;
    }
  }

  release(env: Environment, object: AnyObject): Promise<void> {
    return this.#free(env, holderOf(object), heldBy(object));
  }

  /** What cannot be given back now (the store is away) is found by repair.ts. */
  async #free(env: Environment, holder: Holder, { addresses, ports }: Held): Promise<void> {
    const freed = addresses.map(address => this.addresses.free(env, address, holder));
    if (ports.length > 0) {
      const freeAll = (all: Ports): void => {
        for (const port of ports) all.free(port);
      };
      freed.push(this.ports.change(env, false, freeAll));
    }
    await Promise.allSettled(freed);
  }

  async #giveAddress(env: Environment, request: Request, taken: string[]): Promise<void> {
    const { service, spec } = request;
    const wanted = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
    if (wanted.length > 1) {
      const why = 'this cluster has one family of addresses (IPv4): may only hold 1 value';
      refuse(service, invalidValue('spec.clusterIPs', wanted, why));
    }
    giveFamilies(service, spec);
    const [address] = wanted;
    if (!address) {
      spec.clusterIP = await this.addresses.draw(env, request.holder, request.dryRun);
      taken.push(spec.clusterIP);
    } else {
      if (address !== 'None' && !request.before.addresses.includes(address)) {
        await this.#takeAddress(env, request, address, taken);
      }
      spec.clusterIP = address;
    }
    spec.clusterIPs = [spec.clusterIP];
  }

  async #takeAddress(env: Environment, request: Request, address: string, taken: string[]): Promise<void> {
    const complain = (why: string): never =>
      refuse(request.service, invalidValue('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${why}`));
    if (!this.addresses.contains(env, address)) {
      const range = this.addresses.described(env);
      complain(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${range}`);
    }
    const outcome = await this.addresses.take(env, address, request.holder, request.dryRun);
    if (outcome === false) complain('provided IP is already allocated');
    if (outcome === true) taken.push(address);
  }

  /** Answers those that are new. */
  #givePorts(env: Environment, request: Request): Promise<number[]> | number[] {
    const { spec } = request;
    const asked = heldBy(request.service as unknown as AnyObject).ports;
    const balanced = spec.type === 'LoadBalancer';
    const wanting = spec.type === 'NodePort' || (balanced && spec.allocateLoadBalancerNodePorts !== false);
    const health = balanced && spec.externalTrafficPolicy === 'Local';
    if (!wanting && !health && asked.length === 0) return [];
    const given = { ports: (spec.ports ?? []).map(port => port.nodePort), health: spec.healthCheckNodePort };
    return this.ports.change(env, request.dryRun, all => {
      // From the start again, should another server have been faster.
      for (const [i, port] of (spec.ports ?? []).entries()) setOrDelete(port, 'nodePort', given.ports[i]);
      setOrDelete(spec, 'healthCheckNodePort', given.health);
      const taken = takePorts(request, all);
      if (wanting) for (const port of spec.ports ?? []) port.nodePort ||= this.#draw(all, taken);
      if (health) spec.healthCheckNodePort ||= this.#draw(all, taken);
      return taken;
    });
  }

  #draw(all: Ports, taken: number[]): number {
    const port = all.draw(this.#random());
    if (port === undefined) throw statusError('InternalError', 'failed to allocate a nodePort: range is full');
    taken.push(port);
    return port;
  }
}

const nothing: Held = { addresses: [], ports: [] };

const holderOf = ({ metadata }: AnyObject): Holder => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
});

function setOrDelete<T extends object, K extends keyof T>(object: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete object[key];
  else object[key] = value;
}

function giveFamilies(service: Service, spec: Spec): void {
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
  if (spec.ipFamilyPolicy === 'RequireDualStack' || spec.ipFamilies.some(family => family !== 'IPv4')) {
    const why = 'not configured on this cluster, which has IPv4 alone';
    refuse(service, invalidValue('spec.ipFamilies', spec.ipFamilies, why));
  }
  spec.ipFamilyPolicy = 'SingleStack';
}

/** Takes those that the service names, and has not; answers them. */
function takePorts({ service, spec, before }: Request, all: Ports): number[] {
  const taken: number[] = [];
  const named: [field: string, port: number | undefined][] = [
    ...(spec.ports ?? []).map(({ nodePort }, i): [string, number | undefined] => [
      `spec.ports[${i}].nodePort`,
      nodePort,
    ]),
    ['spec.healthCheckNodePort', spec.healthCheckNodePort],
  ];
  for (const [field, port] of named) {
    // One port may serve two protocols of one service.
    if (!port || before.ports.includes(port) || taken.includes(port)) continue;
    if (!all.contains(port)) {
      const why = `provided port is not in the valid range. The range of valid ports is ${portRange}`;
      refuse(service, invalidValue(field, port, why));
    }
    if (!all.take(port)) refuse(service, invalidValue(field, port, 'provided port is already allocated'));
    taken.push(port);
  }
  return taken;
}

function refuse(service: Service, error: FieldError): never {
  throw invalid('Service', '', service.metadata.name ?? '', [error]);
}
