/** The taints that follow from what a node says of itself. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../../api/clock.js';
import type { Node, Taint } from '../../api/types.js';
import { readyCondition } from './health.js';

export const notReady = 'node.kubernetes.io/not-ready';
export const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';

const byPressure: Record<string, string> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
  NetworkUnavailable: 'node.kubernetes.io/network-unavailable',
};

/** With NoSchedule all of these, with NoExecute the first two: they are set and lifted here, and nowhere else. */
const noExecuteKeys = [notReady, unreachable];
const noScheduleKeys = [...noExecuteKeys, unschedulable, ...Object.values(byPressure)];

const isOurs = ({ key, effect }: Taint): boolean =>
  (effect === 'NoSchedule' && noScheduleKeys.includes(key)) || (effect === 'NoExecute' && noExecuteKeys.includes(key));

/** Whether a node that is not ready drives its pods out: from `now` on; `later`, if it does not yet; or `never`. */
export type Evictions = 'now' | 'later' | 'never';

/** All taints that the node should have; undefined when it has them. A taint that stays keeps its time. */
export function taintsFor(node: Node, evictions: Evictions, now: number): Taint[] | undefined {
  const existing = node.spec?.taints ?? [];
  const others = existing.filter(taint => !isOurs(taint));
  const ours = wantedTaints(node, evictions).map(want => {
    const same = (taint: Taint): boolean => taint.key === want.key && taint.effect === want.effect;
    return existing.find(same) ?? { ...want, timeAdded: timestamp(now) };
  });
  const result = [...others, ...ours];
  const names = (taints: readonly Taint[]) => taints.map(({ key, effect }) => `${key}:${effect}`).sort();
  return isDeepStrictEqual(names(result), names(existing)) ? undefined : result;
}

function wantedTaints(node: Node, evictions: Evictions): { key: string; effect: string }[] {
  const status = readyCondition(node)?.status;
  const ailment = status === 'False' ? notReady : status === 'Unknown' ? unreachable : undefined;
  // A node that has not yet said whether it is ready keeps the taint that admission gave it.
  const unfit = status === undefined ? notReady : ailment;
  const pressures = (node.status?.conditions ?? []).flatMap(({ type, status }) =>
    status === 'True' ? (byPressure[type] ?? []) : [],
  );
  const keys = [...(unfit ? [unfit] : []), ...pressures, ...(node.spec?.unschedulable ? [unschedulable] : [])];
  const driving = (node.spec?.taints ?? []).some(taint => isOurs(taint) && taint.effect === 'NoExecute');
  const drives = evictions === 'now' || (evictions === 'later' && driving);
  return [
    ...keys.map(key => ({ key, effect: 'NoSchedule' })),
    ...(ailment && drives ? [{ key: ailment, effect: 'NoExecute' }] : []),
  ];
}
