/** What becomes of an object whose owners, or which itself, are to go. Pure: see controller.ts for the promise. */
import type { KubeObject, OwnerReference } from '../../api/types.js';
import { isTerminating } from '../pod-state.js';

/**
 * What became of an owner: it is there; it waits, in its foreground deletion, for its dependents to go; it is gone,
 * which a live read confirmed; or it cannot be known (a kind that is not served), and then nothing is done.
 */
export type OwnerState = 'present' | 'waiting' | 'absent' | 'unknown';

export interface Owner {
  reference: OwnerReference;
  state: OwnerState;
}

export type Step =
  | { do: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan' }
  /** Write these owners to the object, or to one of its dependents. */
  | { do: 'setOwners'; object: KubeObject; owners: OwnerReference[] }
  | { do: 'removeFinalizer'; finalizers: string[] };

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

const has = (object: KubeObject, finalizer: string): boolean => (object.metadata.finalizers ?? []).includes(finalizer);

/** It is being deleted, and waits for its dependents. */
export const isWaiting = (object: KubeObject): boolean => isTerminating(object) && has(object, foreground);

const ownersOf = (object: KubeObject): OwnerReference[] => object.metadata.ownerReferences ?? [];

/** `dependents` are the objects that name `object` as an owner. */
export function planFor(object: KubeObject, owners: readonly Owner[], dependents: readonly KubeObject[]): Step[] {
  if (isTerminating(object)) return stepsOfDeleted(object, dependents);
  if (owners.length === 0 || owners.some(({ state }) => state === 'unknown')) return [];
  const present = owners.filter(({ state }) => state === 'present');
  const waiting = owners.filter(({ state }) => state === 'waiting');
  if (present.length === owners.length) return [];
  if (present.length > 0) {
    return [{ do: 'setOwners', object, owners: present.map(({ reference }) => reference) }];
  }
  if (waiting.length > 0 && dependents.length > 0) return stepsBelowWaiting(object, waiting, dependents);
  const policy = has(object, orphan) ? 'Orphan' : has(object, foreground) ? 'Foreground' : 'Background';
  return [{ do: 'delete', policy }];
}

/** Dependents are set free, or waited for, before the object goes. */
function stepsOfDeleted(object: KubeObject, dependents: readonly KubeObject[]): Step[] {
  const without = (finalizer: string): Step => ({
    do: 'removeFinalizer',
    finalizers: (object.metadata.finalizers ?? []).filter(name => name !== finalizer),
  });
  const isUs = (owner: OwnerReference): boolean => owner.uid === object.metadata.uid;
  if (has(object, orphan)) {
    const free = (dependent: KubeObject): Step => ({
      do: 'setOwners',
      object: dependent,
      owners: ownersOf(dependent).filter(owner => !isUs(owner)),
    });
    return [...dependents.map(free), without(orphan)];
  }
  if (!has(object, foreground)) return [];
  const blocking = dependents.some(dependent =>
    ownersOf(dependent).some(owner => isUs(owner) && owner.blockOwnerDeletion === true),
  );
  return blocking ? [] : [without(foreground)];
}

/** In a circle of owners each would wait for the next for ever: one that finds itself in one no longer blocks. */
function stepsBelowWaiting(object: KubeObject, waiting: readonly Owner[], dependents: readonly KubeObject[]): Step[] {
  const blocks = waiting.some(({ reference }) => reference.blockOwnerDeletion === true);
  if (blocks && dependents.some(isWaiting)) {
    const owners = ownersOf(object).map(owner => ({ ...owner, blockOwnerDeletion: false }));
    return [{ do: 'setOwners', object, owners }];
  }
  return [{ do: 'delete', policy: 'Foreground' }];
}
