/** In which order a node's pods end when the machine shuts down, and how long each may take. Pure. */
import type { Pod } from '../../api/types.js';
import { criticalPriority } from '../eviction/rank.js';
import { graceOf } from '../pods/ending.js';

/** Kubernetes' shutdownGracePeriodByPodPriority: pods of this priority and above, up to the next group's. */
export interface ShutdownGroup {
  priority: number;
  graceSeconds: number;
}

/** shutdownGracePeriod is for all, and the last part of it, shutdownGracePeriodCriticalPods, for critical pods alone. */
export const usualGroups = (graceSeconds: number, criticalSeconds: number): ShutdownGroup[] => [
  { priority: 0, graceSeconds: graceSeconds - criticalSeconds },
  { priority: criticalPriority, graceSeconds: criticalSeconds },
];

/** For so long the shutdown has to wait at most. */
export const graceInAll = (groups: readonly ShutdownGroup[]): number =>
  groups.reduce((sum, { graceSeconds }) => sum + graceSeconds, 0);

export interface ShutdownRound<P> {
  /** The next round begins after this, whether all pods have ended or not. */
  graceSeconds: number;
  pods: { pod: P; graceSeconds: number }[];
}

/** The least important first: those that serve the others end last. Rounds without pods are left out. */
export function shutdownPlan<P extends { allocated: Pod }>(
  pods: readonly P[],
  groups: readonly ShutdownGroup[],
): ShutdownRound<P>[] {
  const ascending = [...groups].sort((a, b) => a.priority - b.priority);
  const groupOf = ({ allocated }: P): ShutdownGroup | undefined =>
    ascending.findLast(({ priority }) => priority <= (allocated.spec?.priority ?? 0)) ?? ascending[0];
  return ascending.flatMap(group => {
    const { graceSeconds } = group;
    const mine = pods.filter(pod => groupOf(pod) === group);
    if (mine.length === 0) return [];
    return [
      { graceSeconds, pods: mine.map(pod => ({ pod, graceSeconds: Math.min(graceOf(pod.allocated), graceSeconds) })) },
    ];
  });
}
