/** Requests and limits as the kernel takes them, and the quality of service that follows from them. */
import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';
import type { LinuxResources } from '../../cri/types.js';

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
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
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

/** The pod's own cgroup: the sums of its containers; a limit only where all of them have one. */
export function podResources(pod: Pod): { shares: number; quota: number; period: number; memory: number } {
  const main = pod.spec?.containers ?? [];
  const init = pod.spec?.initContainers ?? [];
  const total = (of: (c: Container) => number): number => {
    // An init container runs alone, but for the sidecars before it; these run beside the others as well.
    let sidecars = 0;
    let most = 0;
    for (const c of init) {
      most = Math.max(most, sidecars + of(c));
      if (isRestartableInit(c)) sidecars += of(c);
    }
    return Math.max(
      most,
      main.reduce((sum, c) => sum + of(c), sidecars),
    );
  };
  const limited = (name: 'cpu' | 'memory'): boolean =>
    [...main, ...init].every(c => isSet(c.resources?.limits?.[name]));
  return {
    shares: cpuShares(total(c => milliCpu(c.resources?.requests?.cpu ?? c.resources?.limits?.cpu))),
    quota: limited('cpu') ? cpuQuota(total(c => milliCpu(c.resources?.limits?.cpu))) : 0,
    period: periodUs,
    memory: limited('memory') ? total(c => bytes(c.resources?.limits?.memory)) : 0,
  };
}
