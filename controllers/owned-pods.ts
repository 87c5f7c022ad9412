/**
 * Pods on behalf of an owner that has a template and a selector: made, deleted, adopted and released, with the events
 * that say so. Each call names the uid of what it means, so that something else under the same name is left alone.
 */
import type { KubeObject, OwnerReference, Pod, PodTemplateSpec } from '../api/types.js';
import type { Resource } from '../client/client.js';
import { pods } from '../client/resources.js';
import type { Writer } from '../client/runtime/controller.js';
import { keyOf, named } from './keys.js';
import { isTerminating } from './pod-state.js';
import { isNamespaceGoing } from './refusals.js';
import { asError } from './slow-start.js';

export const controllerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** A pod as the template has it, not yet named. */
export function podFrom(template: PodTemplateSpec | undefined, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
}

export async function createPod(pod: Pod, owner: KubeObject, write: Writer): Promise<void> {
  try {
    const created = await write.create(pods, pod);
    write.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
  } catch (thrown) {
    const error = asError(thrown);
    if (!isNamespaceGoing(error)) write.event(owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    throw error;
  }
}

export async function deletePod(pod: Pod, owner: KubeObject, write: Writer): Promise<void> {
  try {
    await write.delete(pods, named(pod), { preconditions: { uid: pod.metadata.uid ?? '' } });
    write.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  } catch (thrown) {
    const error = asError(thrown);
    write.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
    throw error;
  }
}

/** Adopts only for an owner that, read live, is still there and stays: the cache may not yet know of its deletion. */
export async function claimPods<T extends KubeObject>(
  resource: Resource<T>,
  owner: T,
  claims: { adopt: readonly Pod[]; release: readonly Pod[] },
  write: Writer,
): Promise<void> {
  if (claims.adopt.length > 0) {
    const live = await write.getLive(resource, named(owner));
    if (!live || live.metadata.uid !== owner.metadata.uid || isTerminating(live)) {
      throw new Error(`${owner.kind} ${keyOf(owner)} is being deleted, so it adopts no pods`);
    }
  }
  const patchOwner = (pod: Pod, reference: object) =>
    write.patch(pods, named(pod), 'strategic', { metadata: { uid: pod.metadata.uid, ownerReferences: [reference] } });
  await Promise.all([
    ...claims.adopt.map(pod => patchOwner(pod, controllerReference(owner))),
    ...claims.release.map(pod => patchOwner(pod, { $patch: 'delete', uid: owner.metadata.uid })),
  ]);
}
