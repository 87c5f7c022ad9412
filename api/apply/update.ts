/** What a write that is no apply does to the ownership of fields: whoever changes a field owns it, alone. */
import { compare, ignoring, isSame } from './compare.js';
import { difference, type FieldSet, isEmptySet, sameSet, union } from './field-set.js';
import { identityOf, inOrder, type Owner } from './owners.js';
import type { FieldType } from './type.js';

/** Who writes, when, and of what kind of object. */
export interface Writing {
  readonly type: FieldType;
  readonly apiVersion: string;
  /** '' is the object itself. */
  readonly subresource: string;
  readonly manager: string;
  /** RFC 3339. */
  readonly now: string;
  /** Fields that a write of this subresource cannot change, and so never owns (spec, through status). */
  readonly ignored: FieldSet;
}

/** Nobody owns who and what an object is. */
const identityFields: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
};

export const withoutIdentity = (fields: FieldSet): FieldSet => difference(fields, identityFields);

/** The owners after `before` became `after`: the same array when nothing changed hands and nothing changed. */
export function ownersAfterUpdate(
  writing: Writing,
  before: unknown,
  after: unknown,
  owners: readonly Owner[],
): readonly Owner[] {
  const changes = ignoring(compare(writing.type, before, after), writing.ignored);
  if (isSame(changes)) return owners;
  const touched = union(changes.modified, changes.added);
  const left = owners.map(owner => losing(owner, touched, changes.removed));
  const taken = withoutIdentity(touched);
  return capped(isEmptySet(taken) ? left : withFields(left, writing, taken));
}

/** The owner without what somebody else took or removed. */
export function losing(owner: Owner, ...gone: readonly FieldSet[]): Owner {
  const fields = gone.reduce(difference, owner.fields);
  return fields === owner.fields ? owner : { ...owner, fields };
}

function withFields(owners: readonly Owner[], writing: Writing, taken: FieldSet): Owner[] {
  const { manager, apiVersion, subresource, now } = writing;
  const me: Owner = { manager, operation: 'Update', apiVersion, subresource, time: now, fields: taken };
  const identity = identityOf(me);
  const found = owners.findIndex(owner => identityOf(owner) === identity);
  if (found < 0) return [...owners, me];
  return owners.map((owner, index) =>
    index === found ? { ...owner, time: now, fields: union(owner.fields, taken) } : owner,
  );
}

/** More who update than this are remembered together. */
const mostUpdaters = 10;
const together = 'ancient-changes';

/** The oldest of too many who update become one, for each version of the API. */
function capped(owners: readonly Owner[]): readonly Owner[] {
  const live = owners.filter(({ fields }) => !isEmptySet(fields));
  if (live.length <= mostUpdaters) return live;
  const updaters = live.filter(({ operation }) => operation === 'Update').sort(oldestFirst);
  let surplus = updaters.length - mostUpdaters;
  if (surplus <= 0) return live;
  const merged = new Map<string, Owner[]>();
  for (const owner of updaters) {
    const first = merged.get(owner.apiVersion);
    if (!first) merged.set(owner.apiVersion, [owner]);
    else if (surplus > 0) {
      first.push(owner);
      surplus -= 1;
    }
  }
  const gone = new Set<Owner>();
  const buckets: Owner[] = [];
  for (const [apiVersion, old] of merged) {
    if (old.length < 2) continue;
    for (const owner of old) gone.add(owner);
    buckets.push(bucketOf(apiVersion, old));
  }
  return [...live.filter(owner => !gone.has(owner)), ...buckets];
}

const oldestFirst = (a: Owner, b: Owner): number =>
  Number(b.manager === together) - Number(a.manager === together) || inOrder(a, b);

const bucketOf = (apiVersion: string, old: readonly Owner[]): Owner => ({
  manager: together,
  operation: 'Update',
  apiVersion,
  subresource: '',
  ...(old.at(-1)?.time ? { time: old.at(-1)?.time as string } : {}),
  fields: old.map(({ fields }) => fields).reduce(union),
});

/** The same owners of the same fields, whenever they wrote. */
export function sameOwnership(a: readonly Owner[], b: readonly Owner[]): boolean {
  if (a === b) return true;
  const others = new Map(b.map(owner => [identityOf(owner), owner]));
  return (
    a.length === b.length &&
    a.every(owner => {
      const other = others.get(identityOf(owner));
      return other !== undefined && owner.apiVersion === other.apiVersion && sameSet(owner.fields, other.fields);
    })
  );
}
