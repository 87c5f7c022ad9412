/**
 * Pods on behalf of an owner that has a template: made and deleted, with the events that say so. Each call names the uid of what it means, so that something else under the same name is left alone.
 */
import type { KubeObject, Pod, PodTemplateSpec } from '../api/types.js';
import { pods } from '../client/resources.js';
import type { Writer } from '../client/runtime/controller.js';
import { named } from './keys.js';
import { controllerReference } from './owned.js';
import { isNamespaceGoing } from './refusals.js';
import { asError } from './slow-start.js';

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
