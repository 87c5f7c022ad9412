/**
 * The scale subresource is a view of one field: who owns the replicas of the object owns spec.replicas of its Scale, and
 * who writes the Scale comes to own the replicas of the object (as an owner by the subresource).
 */
import { difference, type FieldSet, hasPath, isEmptySet, singleton } from './field-set.js';
import { identityOf, type Owner } from './owners.js';

const inScale = singleton(['f:spec', 'f:replicas']);
export const scaleVersion = 'autoscaling/v1';

/** 'spec.replicas' as elements of a path. */
const elementsOf = (replicas: string): string[] => replicas.split('.').map(name => `f:${name}`);

/** The owners of the object that own its replicas, as owners of its Scale. `replicas` is the path of the field. */
export function scaleOwners(owners: readonly Owner[], replicas: string): Owner[] {
  const path = elementsOf(replicas);
  return owners
    .filter(({ fields }) => hasPath(fields, path))
    .map(owner => ({ ...owner, apiVersion: scaleVersion, fields: inScale }));
}

/** The owners of the object after its Scale was written; `now` are the Scale's owners since. */
export function ownersFromScale(
  owners: readonly Owner[],
  now: readonly Owner[],
  replicas: string,
  apiVersion: string,
): Owner[] {
  const path = elementsOf(replicas);
  const field = singleton(path);
  const own = new Map(now.filter(({ fields }) => !isEmptySet(fields)).map(owner => [nameOf(owner), owner]));
  const left = owners.map(owner => {
    if (!hasPath(owner.fields, path)) return owner;
    const still = own.get(nameOf(owner));
    if (!still) return { ...owner, fields: difference(owner.fields, field) };
    own.delete(nameOf(owner));
    return { ...owner, ...(still.time === undefined ? {} : { time: still.time }) };
  });
  return [...left, ...[...own.values()].map(owner => ({ ...owner, apiVersion, fields: field as FieldSet }))];
}

/** The identity apart from the version of the API, which differs between an object and its Scale. */
const nameOf = (owner: Owner): string => identityOf({ ...owner, apiVersion: '' });
