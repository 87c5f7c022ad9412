/**
 * What pods/resize asked for, and this kubelet does not do to a container that runs: it gets its new size when it is
 * started anew, and until then the pod says so. Pure.
 */
import { timestamp } from '../../api/clock.js';
import { semanticEqual } from '../../api/json.js';
import type { Container, ContainerStatus, PodCondition } from '../../api/types.js';

export const resizePending = 'PodResizePending';

type Resources = ContainerStatus['resources'];

/** What the container runs with: what was asked for when it was first seen. */
export function actualResources(
  { resources }: Container,
  status: ContainerStatus,
  before: ContainerStatus | undefined,
): { resources?: NonNullable<Resources> } {
  const { limits, requests } = resources ?? {};
  const asked = { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
  const same = status.containerID !== undefined && status.containerID === before?.containerID && status.state?.running;
  const actual = same && before?.resources ? before.resources : asked;
  return Object.keys(actual).length > 0 ? { resources: actual } : {};
}

/** The condition of a pod whose containers run with other sizes than its spec has; absent when all is as it should be. */
export function resizeCondition(
  specs: readonly Container[],
  statuses: readonly ContainerStatus[],
  before: readonly PodCondition[],
  now: number,
): PodCondition[] {
  const waiting = specs.filter((spec, index) => {
    const { resources, state } = statuses[index] ?? {};
    if (!state?.running || !resources) return false;
    return (['limits', 'requests'] as const).some(size => !semanticEqual(resources[size], spec.resources?.[size]));
  });
  if (waiting.length === 0) return [];
  const names = waiting.map(({ name }) => JSON.stringify(name)).join(', ');
  return [
    {
      type: resizePending,
      status: 'True',
      reason: 'Infeasible',
      message: `this kubelet resizes no container that runs: ${names} will have the new size when started anew`,
      lastTransitionTime: before.find(({ type }) => type === resizePending)?.lastTransitionTime ?? timestamp(now),
    },
  ];
}
