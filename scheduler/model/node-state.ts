/** A node and the sum of what stands on it, kept up pod by pod: no decision ever adds up all pods again. */
import type { Node, Taint } from '../../api/types.js';
import { type Amounts, amountsOf } from './amounts.js';
import type { HostPort, PodInfo } from './pod-info.js';

export class NodeState {
  node: Node | undefined;
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  unschedulable = false;
  allocatable: Amounts = {};
  readonly requested: Record<string, number> = {};
  readonly scoringRequested: Record<string, number> = {};
  readonly pods = new Map<string, PodInfo>();
  /** How many pods of each controller stand here, by the controller's uid. */
  readonly perOwner = new Map<string, number>();
  /** Those of its pods that keep others away. */
  readonly guarded = new Map<string, PodInfo>();
  readonly #ports = new Map<string, number>();

  constructor(readonly name: string) {}

  setNode(node: Node | undefined): void {
    this.node = node;
    this.labels = node?.metadata.labels ?? {};
    this.taints = node?.spec?.taints ?? [];
    this.unschedulable = node?.spec?.unschedulable ?? false;
    this.allocatable = amountsOf(node?.status?.allocatable ?? node?.status?.capacity);
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.key, pod);
    if (pod.antiAffinity.length > 0) this.guarded.set(pod.key, pod);
    this.#count(pod, 1);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.guarded.delete(key);
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
    for (const [name, amount] of Object.entries(pod.requests)) {
      this.requested[name] = (this.requested[name] ?? 0) + sign * amount;
    }
    for (const [name, amount] of Object.entries(pod.scoringRequests)) {
      this.scoringRequested[name] = (this.scoringRequested[name] ?? 0) + sign * amount;
    }
    for (const port of pod.hostPorts) bump(this.#ports, portKey(port), sign);
    if (pod.ownerUid !== undefined) bump(this.perOwner, pod.ownerUid, sign);
  }
}

const anyAddress = '0.0.0.0';
const portKey = ({ ip, port, protocol }: HostPort): string => `${ip}|${protocol}|${port}`;

function bump(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
