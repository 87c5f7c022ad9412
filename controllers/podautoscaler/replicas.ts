/**
 * How many pods a metric asks for: as many more as it is above its target. Pods that are not measured are taken to be as
 * they least speak for a change; those that are just starting say nothing, for starting costs more than serving. Pure.
 */
import { parse } from '../../api/quantity.js';
import type { Pod } from '../../api/types.js';
import { conditionOf, isReady, isTerminating } from '../pod-state.js';

/** What one pod uses of something; the unit is the target's. */
export interface Sample {
  value: number;
  /** Milliseconds since 1970, and for how long before. */
  at: number;
  windowMs: number;
}
export type Samples = ReadonlyMap<string, Sample>;

/** No change for so little. */
const tolerance = 0.1;
/** For so long after its start a pod's CPU may be that of its start. */
const cpuInitializationMs = 5 * 60_000;
/** A pod that has not become ready for so long after its start never was. */
const initialReadinessMs = 30_000;

export interface Groups {
  measured: Map<string, number>;
  unready: string[];
  missing: string[];
}

export function grouped(pods: readonly Pod[], samples: Samples, isCpu: boolean, now: number): Groups {
  const groups: Groups = { measured: new Map(), unready: [], missing: [] };
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const sample = samples.get(name);
    if (isTerminating(pod) || pod.status?.phase === 'Failed') continue;
    if (pod.status?.phase === 'Pending') groups.unready.push(name);
    else if (!sample) groups.missing.push(name);
    else if (isCpu && isStarting(pod, sample, now)) groups.unready.push(name);
    else groups.measured.set(name, sample.value);
  }
  return groups;
}

function isStarting(pod: Pod, sample: Sample, now: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  const start = Date.parse(pod.status?.startTime ?? '');
  if (!ready || Number.isNaN(start)) return true;
  const since = Date.parse(ready.lastTransitionTime ?? '') || 0;
  if (start + cpuInitializationMs > now) return ready.status === 'False' || sample.at < since + sample.windowMs;
  return ready.status === 'False' && start + initialReadinessMs > since;
}

export interface Proposal {
  replicas: number;
  /** What is used now: of the target's unit, for each pod or in all. */
  current: number;
}

export const noMetrics = 'did not receive metrics for targeted pods (pods might be unready)';

/** The target is a share (in percent) of what pods ask for; `requests` says how much that is. Throws Error. */
export function byUtilization(
  groups: Groups,
  requests: ReadonlyMap<string, number>,
  target: number,
  now: number,
): Proposal & { average: number } {
  const ratioOf = (measured: ReadonlyMap<string, number>) => {
    let [used, asked] = [0, 0];
    for (const [name, value] of measured) {
      used += value;
      asked += requests.get(name) ?? 0;
    }
    const utilization = asked === 0 ? 0 : Math.floor((used * 100) / asked);
    return { ratio: utilization / target, utilization, average: measured.size === 0 ? 0 : used / measured.size };
  };
  if (groups.measured.size === 0) throw new Error(noMetrics);
  const { ratio, utilization, average } = ratioOf(groups.measured);
  const ifAbsent = (name: string): number => (requests.get(name) ?? 0) * (Math.max(100, target) / 100);
  const replicas = conservatively(groups, now, ratio, ifAbsent, filled => ratioOf(filled).ratio);
  return { replicas, current: utilization, average };
}

/** The target is an amount for each pod. */
export function byAverage(groups: Groups, target: number, now: number): Proposal {
  const averageOf = (measured: ReadonlyMap<string, number>): number =>
    [...measured.values()].reduce((sum, value) => sum + value, 0) / measured.size;
  if (groups.measured.size === 0) throw new Error(noMetrics);
  const current = averageOf(groups.measured);
  const replicas = conservatively(
    groups,
    now,
    current / target,
    () => target,
    filled => averageOf(filled) / target,
  );
  return { replicas, current };
}

/** `now` is how many pods there are meant to be. */
function conservatively(
  { measured, unready, missing }: Groups,
  now: number,
  ratio: number,
  ifAbsent: (name: string) => number,
  ratioOf: (measured: ReadonlyMap<string, number>) => number,
): number {
  const countUnready = unready.length > 0 && ratio > 1;
  const isClose = (value: number): boolean => Math.abs(1 - value) <= tolerance;
  if (!countUnready && missing.length === 0) return isClose(ratio) ? now : Math.ceil(ratio * measured.size);
  const filled = new Map(measured);
  for (const name of missing) filled.set(name, ratio < 1 ? ifAbsent(name) : 0);
  if (countUnready) for (const name of unready) filled.set(name, 0);
  const next = ratioOf(filled);
  if (isClose(next) || ratio < 1 !== next < 1) return now;
  const replicas = Math.ceil(next * filled.size);
  return next < 1 ? Math.min(now, replicas) : Math.max(now, replicas);
}

/** The target is an amount in all: the pods that serve are as many times too many or too few. */
export function byTotal(total: number, target: number, now: number, serving: number): Proposal {
  const ratio = total / target;
  if (now === 0) return { replicas: Math.ceil(ratio), current: total };
  return { replicas: Math.abs(1 - ratio) <= tolerance ? now : Math.ceil(ratio * serving), current: total };
}

/** The target is an amount for each pod, of which only the sum is known. */
export function byShare(total: number, target: number, now: number): Proposal {
  const ratio = now === 0 ? Number.POSITIVE_INFINITY : total / (target * now);
  const replicas = Math.abs(1 - ratio) <= tolerance ? now : Math.ceil(total / target);
  return { replicas, current: now === 0 ? total : total / now };
}

export const servingOf = (pods: readonly Pod[]): number =>
  pods.filter(pod => pod.status?.phase === 'Running' && isReady(pod)).length;

/** What each pod asks for, in thousandths. Throws an Error for a container that asks for nothing. */
export function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
    const all = [...(spec?.containers ?? []), ...sidecars].filter(({ name }) => !container || name === container);
    let sum = 0;
    for (const { name, resources } of all) {
      const asked = resources?.requests?.[resource];
      if (asked === undefined) {
        throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
      }
      sum += thousandths(asked);
    }
    requests.set(metadata.name ?? '', sum);
  }
  return requests;
}

export const thousandths = (quantity: string): number => Number(parse(quantity).nanos) / 1e6;
