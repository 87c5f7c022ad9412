/** Why a loop ends a pod, written on the pod before it goes (condition DisruptionTarget). */
import { timestamp } from '../api/clock.js';
import type { Pod, PodStatus } from '../api/types.js';
import { pods } from '../client/resources.js';
import type { Writer } from '../client/runtime/controller.js';
import { named } from './keys.js';

export interface Disruption {
  /** 'DeletionByTaintManager' */
  reason: string;
  message: string;
}

/** Patches the pod's status with the condition, and with `more`. The uid keeps it from a pod of the same name. */
export async function markDisrupted(
  pod: Pod,
  disruption: Disruption,
  now: number,
  write: Writer,
  more: Partial<PodStatus> = {},
): Promise<void> {
  const condition = { type: 'DisruptionTarget', status: 'True', ...disruption, lastTransitionTime: timestamp(now) };
  const patch = { metadata: { uid: pod.metadata.uid }, status: { ...more, conditions: [condition] } };
  await write.patch(pods, named(pod), 'strategic', patch, { subresource: 'status' });
}
