/** Which pod goes first when the node runs short, in Kubernetes' order; and what it is told. Pure. */
import { isMirror } from '../../api/kinds/pod/mirror.js';
import * as quantity from '../../api/quantity.js';
import type { Pod } from '../../api/types.js';
import { podAmount } from '../pods/config/requests.js';
import type { Crossed, Signal } from './thresholds.js';

/** Of one pod, or of one of its containers. */
export interface Used {
  memoryBytes: number;
  diskBytes: number;
}

export interface PodUse extends Used {
  inodes: number;
  processes: number;
  containers: ReadonlyMap<string, Used>;
}

export interface Candidate {
  pod: Pod;
  /** Absent when it could not be found out: such a pod goes first. */
  use?: PodUse;
}

export const criticalPriority = 2_000_000_000;

/** These are never evicted: the node itself depends on them. */
export const isCritical = (pod: Pod): boolean => isMirror(pod) || (pod.spec?.priority ?? 0) >= criticalPriority;

type Compare = (a: Candidate, b: Candidate) => number;
type Measure = (use: PodUse) => number;

const bytesOf = (pod: Pod, name: string): number => Number(podAmount(pod, 'requests', name) / 1_000_000_000n);
const requestedMemory = (pod: Pod): number => bytesOf(pod, 'memory');
const requestedDisk = (pod: Pod): number => bytesOf(pod, 'ephemeral-storage');
const nothing = (): number => 0;

/** True first. */
const byTruth = (a: boolean, b: boolean): number => Number(b) - Number(a);
const byPriority: Compare = (a, b) => (a.pod.spec?.priority ?? 0) - (b.pod.spec?.priority ?? 0);

/** Those that use more than they asked for; of them the least important; of these whoever is furthest beyond. */
function greediest(measure: Measure, requested: (pod: Pod) => number): Compare {
  const beyond = ({ pod, use }: Candidate): number => (use ? measure(use) - requested(pod) : Number.POSITIVE_INFINITY);
  return (a, b) =>
    byTruth(!a.use, !b.use) ||
    byTruth(beyond(a) > 0, beyond(b) > 0) ||
    byPriority(a, b) ||
    Math.sign(beyond(b) - beyond(a)) ||
    0;
}

const orders: Record<Signal, Compare> = {
  'memory.available': greediest(use => use.memoryBytes, requestedMemory),
  'nodefs.available': greediest(use => use.diskBytes, requestedDisk),
  'imagefs.available': greediest(use => use.diskBytes, requestedDisk),
  'nodefs.inodesFree': greediest(use => use.inodes, nothing),
  'imagefs.inodesFree': greediest(use => use.inodes, nothing),
  'pid.available': (a, b) =>
    byTruth(!a.use, !b.use) || byPriority(a, b) || (b.use?.processes ?? 0) - (a.use?.processes ?? 0),
};

/** The first one goes first. */
export const ranked = (candidates: readonly Candidate[], signal: Signal): Candidate[] =>
  candidates.filter(({ pod }) => !isCritical(pod)).sort(orders[signal]);

const resources: Record<Signal, string> = {
  'memory.available': 'memory',
  'nodefs.available': 'ephemeral-storage',
  'imagefs.available': 'ephemeral-storage',
  'nodefs.inodesFree': 'inodes',
  'imagefs.inodesFree': 'inodes',
  'pid.available': 'pids',
};

export const resourceOf = (signal: Signal): string => resources[signal];

const binary = (bytes: number): string =>
  quantity.format({ nanos: BigInt(Math.round(bytes)) * 1_000_000_000n, format: 'BinarySI' });
const amount = (signal: Signal, value: number): string =>
  signal.endsWith('.available') ? binary(value) : String(value);

export function evictionMessage({ pod, use }: Candidate, { signal, available, threshold }: Crossed): string {
  const resource = resourceOf(signal);
  const measure: ((used: Used) => number) | undefined =
    resource === 'memory'
      ? used => used.memoryBytes
      : resource === 'ephemeral-storage'
        ? used => used.diskBytes
        : undefined;
  const containers = (pod.spec?.containers ?? []).flatMap(({ name, resources: asked }) => {
    const used = use?.containers.get(name);
    const request = asked?.requests?.[resource] ?? '0';
    if (!used || !measure || measure(used) <= quantity.toNumber(quantity.parse(request))) return [];
    return [
      `Container ${name} was using ${binary(measure(used))}, request is ${request}, has larger consumption of ${resource}. `,
    ];
  });
  const met = `Threshold quantity: ${amount(signal, threshold)}, available: ${amount(signal, available)}. `;
  return `The node was low on resource: ${resource}. ${met}${containers.join('')}`;
}
