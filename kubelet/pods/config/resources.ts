/** Requests and limits as the kernel takes them, and the quality of service that follows from them. */
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';
import type { LinuxResources } from '../../cri/types.js';
import { isLimited, podAmount } from './requests.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const periodUs = 100_000;
const minShares = 2;
const maxShares = 262_144;
const minQuotaUs = 1_000;

const counted = ['cpu', 'memory'] as const;
type Amounts = Record<string, string> | undefined;

const isSet = (amount: string | undefined): boolean => amount !== undefined && quantity.parse(amount).nanos > 0n;

/** Guaranteed when every container limits cpu and memory and requests just that; BestEffort when none says anything. */
export function qosClass(pod: Pod): QosClass {
  const { containers: main = [], initContainers = [], resources } = pod.spec ?? {};
  // What the pod says of itself stands for all of its containers.
  const containers = resources ? [{ name: '', resources }] : [...main, ...initContainers];
  const says = (amounts: Amounts): boolean => counted.some(name => isSet(amounts?.[name]));
  if (!containers.some(c => says(c.resources?.requests) || says(c.resources?.limits))) return 'BestEffort';
  const exact = (c: Container): boolean =>
    counted.every(name => {
      const limit = c.resources?.limits?.[name];
      const request = c.resources?.requests?.[name] ?? limit;
      if (limit === undefined || request === undefined || !isSet(limit)) return false;
      return quantity.compare(quantity.parse(limit), quantity.parse(request)) === 0;
    });
  return containers.every(exact) ? 'Guaranteed' : 'Burstable';
}

const milliCpu = (amount: string | undefined): number =>
  amount === undefined ? 0 : quantity.toMilli(quantity.parse(amount));
const bytes = (amount: string | undefined): number =>
  amount === undefined ? 0 : quantity.toNumber(quantity.parse(amount));

export const cpuShares = (milli: number): number =>
  milli === 0 ? minShares : Math.min(maxShares, Math.max(minShares, Math.floor((milli * 1024) / 1000)));

/** 0 is no limit. */
export const cpuQuota = (milli: number): number =>
  milli === 0 ? 0 : Math.max(minQuotaUs, Math.floor((milli * periodUs) / 1000));

export function linuxResources(pod: Pod, container: Container, nodeMemoryBytes: number): LinuxResources {
  const { requests, limits } = container.resources ?? {};
  const quota = cpuQuota(milliCpu(limits?.cpu));
  const memory = bytes(limits?.memory);
  return {
    cpuShares: cpuShares(milliCpu(requests?.cpu ?? limits?.cpu)),
    ...(quota > 0 ? { cpuQuota: quota, cpuPeriod: periodUs } : {}),
    ...(memory > 0 ? { memoryLimitInBytes: memory } : {}),
    oomScoreAdj: oomScore(pod, bytes(requests?.memory ?? limits?.memory), nodeMemoryBytes),
  };
}

/** Who goes first when memory runs out: best effort, then whoever uses most beyond what it asked for. */
export function oomScore(pod: Pod, requestedBytes: number, nodeMemoryBytes: number): number {
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = 1000 - Math.floor((1000 * requestedBytes) / nodeMemoryBytes);
  return Math.min(999, Math.max(3, score));
}

const milli = (nanos: bigint): number => Number((nanos + 999_999n) / 1_000_000n);
const whole = (nanos: bigint): number => Number((nanos + 999_999_999n) / 1_000_000_000n);

/** The pod's own cgroup: what it asks for in all; a limit only where all of it has one. */
export function podResources(pod: Pod): { shares: number; quota: number; period: number; memory: number } {
  return {
    shares: cpuShares(milli(podAmount(pod, 'requests', 'cpu'))),
    quota: isLimited(pod, 'cpu') ? cpuQuota(milli(podAmount(pod, 'limits', 'cpu'))) : 0,
    period: periodUs,
    memory: isLimited(pod, 'memory') ? whole(podAmount(pod, 'limits', 'memory')) : 0,
  };
}
