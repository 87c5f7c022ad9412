/** Requests and limits as the kernel takes them. */
import * as quantity from '../../../api/quantity.js';
import type { Container, Pod } from '../../../api/types.js';
import type { LinuxResources } from '../../cri/types.js';
import { oomScore } from './oom-score.js';
import { isLimited, podAmount } from './requests.js';

const periodUs = 100_000;
const minShares = 2;
const maxShares = 262_144;
const minQuotaUs = 1_000;

const milliCpu = (amount: string | undefined): number =>
  amount === undefined ? 0 : quantity.toMilli(quantity.parse(amount));
const bytes = (amount: string | undefined): number =>
  amount === undefined ? 0 : quantity.toNumber(quantity.parse(amount));

export const cpuShares = (milli: number): number =>
  milli === 0 ? minShares : Math.min(maxShares, Math.max(minShares, Math.floor((milli * 1024) / 1000)));

/** 0 is no limit. */
export const cpuQuota = (milli: number): number =>
  milli === 0 ? 0 : Math.max(minQuotaUs, Math.floor((milli * periodUs) / 1000));

/** Of a container: where it has none of its own, that of its pod. */
export const limitOf = ({ spec }: Pod, { resources }: Container, name: string): string | undefined =>
  resources?.limits?.[name] ?? spec?.resources?.limits?.[name];

/** In cgroup v2 all processes of a container end together when it runs out of memory: half of one is of no use. */
const together = { unified: { 'memory.oom.group': '1' } };

export interface Machine {
  nodeMemoryBytes: number;
  cgroupVersion: 1 | 2;
}

export function linuxResources(
  pod: Pod,
  container: Container,
  { nodeMemoryBytes, cgroupVersion }: Machine,
): LinuxResources {
  const cpu = limitOf(pod, container, 'cpu');
  const quota = cpuQuota(milliCpu(cpu));
  const memory = bytes(limitOf(pod, container, 'memory'));
  return {
    cpuShares: cpuShares(milliCpu(container.resources?.requests?.cpu ?? cpu)),
    ...(quota > 0 ? { cpuQuota: quota, cpuPeriod: periodUs } : {}),
    ...(memory > 0 ? { memoryLimitInBytes: memory } : {}),
    oomScoreAdj: oomScore(pod, container, nodeMemoryBytes),
    ...(cgroupVersion === 2 ? together : {}),
  };
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
