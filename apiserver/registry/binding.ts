/** pods/binding: the scheduler's word on where a pod runs. It can be said once. */
import { timestamp } from '../../api/clock.js';
import { conflict, type ResourceName } from '../../api/status.js';
import type { AnyObject, Binding, Pod, PodCondition } from '../../api/types.js';
import { uidMismatch } from './refusals.js';

/** The pod with its node. Throws Conflict. `now` in milliseconds. */
export function bound(object: AnyObject, binding: Binding, now: number): AnyObject {
  const pod = object as unknown as Pod;
  const about = { group: '', resource: 'pods/binding', name: pod.metadata.name ?? '' };
  checkPreconditions(pod, binding, about);
  if (pod.metadata.deletionTimestamp) {
    throw conflict(about, `pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec?.nodeName) {
    throw conflict(about, `pod ${pod.metadata.name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
    throw conflict(about, `pod ${pod.metadata.name} has non-empty .spec.schedulingGates`);
  }
  return {
    ...object,
    metadata: { ...pod.metadata, ...merged(pod, binding, 'annotations'), ...merged(pod, binding, 'labels') },
    spec: { ...pod.spec, nodeName: binding.target.name },
    status: { ...pod.status, conditions: withScheduled(pod.status?.conditions ?? [], now) },
  };
}

function checkPreconditions(pod: Pod, binding: Binding, about: ResourceName): void {
  const [{ uid, resourceVersion }, found] = [binding.metadata, pod.metadata];
  if (uid && uid !== found.uid) throw conflict(about, uidMismatch(uid, found.uid));
  if (resourceVersion && resourceVersion !== found.resourceVersion) {
    const said = `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${found.resourceVersion}`;
    throw conflict(about, `Precondition failed: ${said}`);
  }
}

function merged(pod: Pod, binding: Binding, field: 'annotations' | 'labels') {
  const added = binding.metadata[field];
  return added ? { [field]: { ...pod.metadata[field], ...added } } : {};
}

function withScheduled(conditions: readonly PodCondition[], now: number): PodCondition[] {
  const others = conditions.filter(condition => condition.type !== 'PodScheduled');
  return [...others, { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(now) }];
}
