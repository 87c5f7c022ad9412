/** Which children an owner with a selector has, should adopt, and should let go. */
import type { KubeObject } from '../api/types.js';
import type { Resource } from '../client/client.js';
import type { Reader } from '../client/runtime/controller.js';
import { keyOf } from './keys.js';
import { controllerOf, isTerminating } from './pod-state.js';

/** Lookups of children. All loops name these same functions, so that a shared cache keeps each index once. */
export const ownerIndexes = {
  controller: (child: KubeObject): string[] => [controllerOf(child)?.uid ?? ''],
  orphans: (child: KubeObject): string[] => (controllerOf(child) ? [] : [child.metadata.namespace ?? '']),
};

/** The keys of the owner that has this child or, for one that nothing controls, of those that would adopt it. */
export function ownersOf<T extends KubeObject>(
  child: KubeObject,
  owners: Resource<T>,
  matches: (owner: T, child: KubeObject) => boolean,
  read: Reader,
): string[] {
  const owner = controllerOf(child);
  if (owner) return owner.kind === owners.kind ? [`${child.metadata.namespace}/${owner.name}`] : [];
  if (isTerminating(child)) return [];
  return read
    .list(owners, child.metadata.namespace)
    .filter(candidate => matches(candidate, child))
    .map(keyOf);
}

export interface Claims<C> {
  adopt: C[];
  release: C[];
  /** What is the owner's once it has adopted and let go. */
  mine: C[];
}

/** `candidates` are at least those that the owner controls and those that nothing controls. Pure. */
export function claimsOf<T extends KubeObject, C extends KubeObject>(
  owner: T,
  candidates: readonly C[],
  matches: (child: C) => boolean,
): Claims<C> {
  const own = candidates.filter(child => controllerOf(child)?.uid === owner.metadata.uid);
  if (isTerminating(owner)) return { adopt: [], release: [], mine: own.filter(matches) };
  const adopt = candidates.filter(child => !controllerOf(child) && !isTerminating(child) && matches(child));
  return { adopt, release: own.filter(child => !matches(child)), mine: [...own.filter(matches), ...adopt] };
}

/** What `claimsOf` is to choose from, by the two indexes. */
export const candidatesOf = <C extends KubeObject>(owner: KubeObject, children: Resource<C>, read: Reader): C[] => [
  ...read.byIndex(children, 'controller', owner.metadata.uid ?? ''),
  ...read.byIndex(children, 'orphans', owner.metadata.namespace ?? ''),
];
