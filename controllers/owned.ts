/** What controls what: made, adopted and released by owner references, which name the one owner that manages an object. */
import type { KubeObject, OwnerReference } from '../api/types.js';
import type { Resource } from '../client/client.js';
import type { Writer } from '../client/runtime/controller.js';
import { keyOf, named } from './keys.js';
import { isTerminating } from './pod-state.js';

export const controllerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/**
 * Adopts only for an owner that, read live, is still there and stays: the cache may not yet know of its deletion. A
 * `finalizer` comes with the adoption, and goes with the release.
 */
export async function claim<C extends KubeObject, T extends KubeObject>(
  children: Resource<C>,
  claims: { adopt: readonly C[]; release: readonly C[] },
  resource: Resource<T>,
  owner: T,
  write: Writer,
  finalizer?: string,
): Promise<void> {
  if (claims.adopt.length > 0) {
    const live = await write.getLive(resource, named(owner));
    if (!live || live.metadata.uid !== owner.metadata.uid || isTerminating(live)) {
      throw new Error(`${owner.kind} ${keyOf(owner)} is being deleted, so it adopts no ${children.plural}`);
    }
  }
  const patchOwner = (child: C, reference: object, finalizers: object) =>
    write.patch(children, named(child), 'strategic', {
      metadata: { uid: child.metadata.uid, ownerReferences: [reference], ...finalizers },
    });
  const added = finalizer === undefined ? {} : { finalizers: [finalizer] };
  const removed = finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [finalizer] };
  await Promise.all([
    ...claims.adopt.map(child => patchOwner(child, controllerReference(owner), added)),
    ...claims.release.map(child => patchOwner(child, { $patch: 'delete', uid: owner.metadata.uid }, removed)),
  ]);
}
