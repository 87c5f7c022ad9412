/** pods/binding: the scheduler's word on where a pod runs. It can be said once. */
import { timestamp } from '../../api/clock.js';
import type { KindRow } from '../../api/kinds/row.js';
import { conflict } from '../../api/status.js';
import type { AnyObject, Binding, Pod, PodCondition } from '../../api/types.js';
import { checkPreconditions } from './deletion-plan.js';

/** The pod with its node. Throws Conflict. `now` in milliseconds. */
export function bound(row: KindRow, object: AnyObject, binding: Binding, now: number): AnyObject {
  const pod = object as unknown as Pod;
  const about = { group: '', resource: 'pods/binding', name: pod.metadata.name ?? '' };
  checkPreconditions(row, object, {
    ...(binding.metadata.uid ? { uid: binding.metadata.uid } : {}),
    ...(binding.metadata.resourceVersion ? { resourceVersion: binding.metadata.resourceVersion } : {}),
  });
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

function merged(pod: Pod, binding: Binding, field: 'annotations' | 'labels') {
  const added = binding.metadata[field];
  return added ? { [field]: { ...pod.metadata[field], ...added } } : {};
}

function withScheduled(conditions: readonly PodCondition[], now: number): PodCondition[] {
  const others = conditions.filter(condition => condition.type !== 'PodScheduled');
  return [...others, { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(now) }];
}
