/** What a pod's status says of the sizes of its containers: what they have, what they were given, and what they wait for. Pure. */
import { timestamp } from '../../api/clock.js';
import type { Container, ContainerStatus, PodCondition } from '../../api/types.js';
import type { Pending } from '../pods/resize/allocation.js';
import { changed, type Resources, sizeOf } from '../pods/resize/size.js';

export const resizeConditionTypes = ['PodResizePending', 'PodResizeInProgress'] as const;

export interface ResizeFacts {
  /** What each container runs with, by its id. */
  sizes: ReadonlyMap<string, Resources | undefined>;
  pending?: Pending | undefined;
  /** Why the last try of a change did not succeed. */
  problem?: string | undefined;
}

/** `container` has what it was given; what it runs with is the runtime's. */
export function resourcesInStatus(
  { resources }: Container,
  id: string | undefined,
  { sizes }: ResizeFacts,
): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const { limits, requests } = (id !== undefined && sizes.has(id) ? sizes.get(id) : resources) ?? {};
  const actual = { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
  return {
    ...(resources?.requests ? { allocatedResources: resources.requests } : {}),
    ...(Object.keys(actual).length > 0 ? { resources: actual } : {}),
  };
}

/** Of a pod whose spec asks for other sizes than it was given, or whose containers do not have what it was given. */
export function resizeConditions(
  containers: readonly Container[],
  /** In the same order; of those that run. */
  runningIds: readonly (string | undefined)[],
  { sizes, pending, problem }: ResizeFacts,
  before: readonly PodCondition[],
  now: number,
): PodCondition[] {
  const isUnderWay = containers.some((container, index) => {
    const id = runningIds[index];
    if (id === undefined || !sizes.has(id)) return false;
    return changed(sizeOf(sizes.get(id)), sizeOf(container.resources)).length > 0;
  });
  const since = (type: string): string => before.find(c => c.type === type)?.lastTransitionTime ?? timestamp(now);
  const condition = (type: string, about: Partial<PodCondition>): PodCondition => ({
    type,
    status: 'True',
    ...about,
    lastTransitionTime: since(type),
  });
  const [isPending, inProgress] = resizeConditionTypes;
  return [
    ...(pending ? [condition(isPending, { ...pending })] : []),
    ...(isUnderWay ? [condition(inProgress, problem === undefined ? {} : { reason: 'Error', message: problem })] : []),
  ];
}
