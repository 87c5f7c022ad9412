/**
 * Server-side apply: what somebody wants of an object is laid over what is there; what they wanted last time and no
 * longer want goes, unless somebody else owns it; what others own with another value is a conflict, or taken by force.
 */
import { isObject } from '../json.js';
import { compare, ignoring, isSame } from './compare.js';
import { ApplyConflict } from './conflicts.js';
import {
  difference,
  type FieldSet,
  intersection,
  isEmptySet,
  recursiveDifference,
  sameSet,
  union,
  unionOf,
} from './field-set.js';
import { fieldsOf, withNamedFields } from './fields-of.js';
import { mergeApplied } from './merge.js';
import { identityOf, type Owner } from './owners.js';
import { reconciled } from './reconcile.js';
import { removeFields } from './remove.js';
import type { FieldType } from './type.js';
import { losing, ownersAfterUpdate, type Writing, withoutIdentity } from './update.js';

export interface Applied {
  /** Nulls in it mean that nothing is there. */
  readonly object: unknown;
  readonly owners: readonly Owner[];
}

/** Who owned what there was before anybody applied. */
const earlier = 'before-first-apply';

/**
 * The object and its owners after `wanted` is applied to `live` ({} for an object that is not there yet). Throws
 * ApplyConflict, unless `force` is set.
 */
export function applyConfiguration(
  writing: Writing,
  live: unknown,
  wanted: unknown,
  owners: readonly Owner[],
  force: boolean,
): Applied {
  const { type } = writing;
  const known = owners.length > 0 ? owners : ownersBefore(writing, live);
  const before = known.map(owner => reconciled(type, live, owner));
  const me = {
    manager: writing.manager,
    operation: 'Apply' as const,
    apiVersion: writing.apiVersion,
    subresource: writing.subresource,
  };
  const identity = identityOf(me);
  const former = before.find(owner => identityOf(owner) === identity);
  const others = before.filter(owner => owner !== former);
  const fields = recursiveDifference(fieldsOf(type, wanted), writing.ignored);
  const merged = mergeApplied(type, live, wanted);
  const object = former ? pruned(type, merged, former.fields, unionOf([...others.map(o => o.fields), fields])) : merged;
  const { left, changed } = settle(writing, live, object, others, force);
  const mine = withoutIdentity(fields);
  const same =
    former !== undefined && !changed && left.every((o, i) => o === others[i]) && sameSet(former.fields, mine);
  const time = same ? (former.time ?? writing.now) : writing.now;
  return { object, owners: isEmptySet(mine) ? left : [...left, { ...me, time, fields: mine }] };
}

function ownersBefore(writing: Writing, live: unknown): readonly Owner[] {
  const nothing = isObject(live) && Object.keys(live).length === 0;
  return nothing ? [] : ownersAfterUpdate({ ...writing, manager: earlier }, {}, live, []);
}

/** The others' fields after the change; throws ApplyConflict when it would take some of theirs. */
function settle(writing: Writing, live: unknown, object: unknown, others: readonly Owner[], force: boolean) {
  const changes = ignoring(compare(writing.type, live, object), writing.ignored);
  const touched = union(changes.modified, changes.added);
  const conflicts = others
    .map(owner => ({ owner, fields: intersection(owner.fields, touched) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length > 0 && !force) throw new ApplyConflict(conflicts);
  return { left: others.map(owner => losing(owner, touched, changes.removed)), changed: !isSame(changes) };
}

/** Without what was applied last time, is not any more, and is nobody else's. `owned` is what anybody owns now. */
function pruned(type: FieldType, merged: unknown, last: FieldSet, owned: FieldSet): unknown {
  const lastNamed = withNamedFields(last, type);
  const all = withNamedFields(fieldsOf(type, merged), type);
  const fieldsLeft = (value: unknown): FieldSet => withNamedFields(fieldsOf(type, value), type);
  const stripped = fieldsLeft(removeFields(type, merged, lastNamed));
  // Removing an item removed all in it: what is owned of that comes back.
  const keep = union(stripped, withNamedFields(owned, type));
  const owning = fieldsLeft(removeFields(type, merged, difference(all, keep)));
  // And what was never applied does not go with it.
  const toRemove = intersection(difference(all, owning), lastNamed);
  return isEmptySet(toRemove) ? merged : removeFields(type, merged, toRemove);
}
