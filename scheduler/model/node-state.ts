/** A node and the sum of what stands on it, kept up pod by pod: no decision ever adds up all pods again. */
import type { Node, Taint } from '../../api/types.js';
import { type Amounts, amountsOf } from './amounts.js';
import { imageSizes } from './images.js';
import type { HostPort, PodInfo } from './pod-info.js';

export class NodeState {
  node: Node | undefined;
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  unschedulable = false;
  allocatable: Amounts = {};
  /** Bytes by image name. */
  images: ReadonlyMap<string, number> = new Map();
  /** What is left of the resources that every pod is asked about: they are read thousands of times a decision. */
  freeCpu = 0;
  freeMemory = 0;
  freePods = 0;
  readonly requested: Record<string, number> = {};
  readonly scoringRequested: Record<string, number> = {};
  readonly pods = new Map<string, PodInfo>();
  readonly #ports = new Map<string, number>();

  constructor(readonly name: string) {}

  setNode(node: Node | undefined): void {
    this.node = node;
    this.labels = node?.metadata.labels ?? {};
    this.taints = node?.spec?.taints ?? [];
    this.unschedulable = node?.spec?.unschedulable ?? false;
    this.allocatable = amountsOf(node?.status?.allocatable ?? node?.status?.capacity);
    this.images = imageSizes(node);
    this.#sumUp();
  }

  /** The same node in a world where it has other pods: what becomes of it does not touch this one. */
  imagined(pods: Iterable<PodInfo>): NodeState {
    const other = new NodeState(this.name);
    const { node, labels, taints, unschedulable, allocatable, images } = this;
    Object.assign(other, { node, labels, taints, unschedulable, allocatable, images });
    other.#sumUp();
    for (const pod of pods) other.add(pod);
    return other;
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.#count(pod, -1);
  }

  hasPortConflict(wanted: HostPort): boolean {
    const taken = (ip: string): boolean => this.#ports.has(portKey({ ...wanted, ip }));
    if (wanted.ip !== anyAddress) return taken(wanted.ip) || taken(anyAddress);
    const suffix = portKey({ ...wanted, ip: '' });
    for (const key of this.#ports.keys()) if (key.endsWith(suffix)) return true;
    return false;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    addTo(this.requested, pod.requests, sign);
    addTo(this.scoringRequested, pod.scoringRequests, sign);
    for (const port of pod.hostPorts) bump(this.#ports, portKey(port), sign);
    this.#sumUp();
  }

  #sumUp(): void {
    this.freeCpu = (this.allocatable.cpu ?? 0) - (this.requested.cpu ?? 0);
    this.freeMemory = (this.allocatable.memory ?? 0) - (this.requested.memory ?? 0);
    this.freePods = (this.allocatable.pods ?? 0) - this.pods.size;
  }
}

const anyAddress = '0.0.0.0';
const portKey = ({ ip, port, protocol }: HostPort): string => `${ip}|${protocol}|${port}`;

function addTo(sums: Record<string, number>, amounts: Amounts, sign: 1 | -1): void {
  for (const name in amounts) sums[name] = (sums[name] ?? 0) + sign * (amounts[name] as number);
}

/** Counts that are 0 are not kept. */
export function bump<K>(counts: Map<K, number>, key: K | undefined, by: number): void {
  if (key === undefined) return;
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
