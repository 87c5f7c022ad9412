/**
 * Which sizes the containers of a pod get when it asks for others (pods/resize): what it asks for, if the node has it;
 * otherwise what they have, and the pod says why. Pure.
 */

import { isRestartableInit } from '../../../api/kinds/pod/columns.js';
import { isExtended } from '../../../api/kinds/workload/resource-names.js';
import type { Container, ContainerStatus, Pod } from '../../../api/types.js';
import { type Shortage, shortages, shortageText } from '../admission/fit.js';
import { changed, type Resources, sizeOf } from './size.js';

export interface Pending {
  /** Infeasible: never on this node. Deferred: not while the others are here. */
  reason: 'Infeasible' | 'Deferred';
  message: string;
}

export interface Allocation {
  /** With the sizes that its containers have or are to get now. */
  pod: Pod;
  pending?: Pending;
}

export interface Surroundings {
  allocatable: Readonly<Record<string, string>>;
  /** Asked for only when the node's room matters: most looks are of pods that ask for nothing new. */
  others: () => readonly Pod[];
}

const resizable = ({ spec }: Pod): Container[] => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []).filter(isRestartableInit),
];

/** `held`: the resources that each container was given before, by name; undefined for a pod that has none yet. */
export function allocate(
  pod: Pod,
  held: ReadonlyMap<string, Resources | undefined> | undefined,
  { allocatable, others }: Surroundings,
): Allocation {
  const asksAnew = resizable(pod).some(
    c => held?.has(c.name) && changed(sizeOf(held.get(c.name)), sizeOf(c.resources)).length > 0,
  );
  if (!held || !asksAnew) return { pod };
  const keep = (pending: Pending): Allocation => ({ pod: withResources(pod, held), pending });
  // What somebody has given the node was counted when the pod was admitted, and cannot be resized.
  const amounts = (short: readonly Shortage[]): Shortage[] =>
    short.filter(({ resource }) => resource !== 'pods' && !isExtended(resource));
  const [never] = amounts(shortages(pod, { allocatable, others: [] }));
  if (never) {
    const { resource, requested, capacity } = never;
    const message = `Node didn't have enough capacity: ${resource}, requested: ${requested}, capacity: ${capacity}`;
    return keep({ reason: 'Infeasible', message });
  }
  const [now] = amounts(shortages(pod, { allocatable, others: others() }));
  return now ? keep({ reason: 'Deferred', message: shortageText(now) }) : { pod };
}

function withResources(pod: Pod, held: ReadonlyMap<string, Resources | undefined>): Pod {
  const sized = (container: Container): Container => {
    if (!held.has(container.name)) return container;
    const { resources: _, ...rest } = container;
    const resources = held.get(container.name);
    return resources ? { ...rest, resources } : rest;
  };
  const { spec } = pod;
  if (!spec) return pod;
  const init = spec.initContainers ? { initContainers: spec.initContainers.map(sized) } : {};
  return { ...pod, spec: { ...spec, containers: spec.containers.map(sized), ...init } };
}

/** Of a pod that this kubelet has allocated. */
export const resourcesOf = (pod: Pod): Map<string, Resources | undefined> =>
  new Map(resizable(pod).map(c => [c.name, c.resources]));

/** What an earlier kubelet has given, as the API tells it; undefined for a pod that no kubelet has taken on yet. */
export function resourcesInStatus({ status }: Pod): Map<string, Resources | undefined> | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const told = all.filter(s => s.resources ?? s.allocatedResources);
  return told.length > 0 ? new Map(told.map(s => [s.name, toldResources(s)])) : undefined;
}

function toldResources({ resources, allocatedResources }: ContainerStatus): Resources {
  const requests = allocatedResources ?? resources?.requests;
  return { ...(resources?.limits ? { limits: resources.limits } : {}), ...(requests ? { requests } : {}) };
}
