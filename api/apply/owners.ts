/** Who owns which fields of an object: metadata.managedFields, read and written. */
import { deepEqual, isObject } from '../json.js';
import type { ObjectMeta } from '../types.js';
import { type FieldSet, isEmptySet, leaf } from './field-set.js';
import { canonicalElement } from './path-element.js';

export type Entry = NonNullable<ObjectMeta['managedFields']>[number];
export type Operation = 'Apply' | 'Update';

/** One who wrote some of the object: by applying what it wants, or by updating the object. */
export interface Owner {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  /** '' is the object itself. */
  readonly subresource: string;
  readonly time?: string;
  readonly fields: FieldSet;
}

/**
 * Owners with the same identity are one. Who applies stays the same whatever version of the API it applies in. A text
 * that sorts by the manager's name.
 */
export const identityOf = ({ manager, operation, apiVersion, subresource }: Omit<Owner, 'fields' | 'time'>): string =>
  `${manager}\n${operation}\n${operation === 'Apply' ? '' : apiVersion}\n${subresource}`;

/** The owners that the entries of a stored object say; none where one of them cannot be read. */
export function ownersOf(entries: readonly Entry[] | undefined): readonly Owner[] {
  return readOwners(entries ?? [], fields => fields) ?? [];
}

/**
 * The owners after what a request says of them: nobody after a reset ([{}] or []), the live object's where the request
 * says nothing, or nothing that can be read.
 */
export function requestedOwners(
  asked: readonly Entry[] | undefined,
  live: readonly Entry[] | undefined,
): readonly Owner[] {
  if (asked === undefined || deepEqual(asked, live)) return ownersOf(live);
  if (asked.length === 0 || (asked.length === 1 && Object.keys(asked[0] as Entry).length === 0)) return [];
  const owners = readOwners(asked, canonicalSet);
  return owners && owners.length > 0 ? owners : ownersOf(live);
}

function readOwners(
  entries: readonly Entry[],
  read: (fields: FieldSet) => FieldSet | undefined,
): readonly Owner[] | undefined {
  const owners = new Map<string, Owner>();
  for (const { manager = '', operation, apiVersion, subresource = '', time, fieldsType, fieldsV1 } of entries) {
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion) return undefined;
    if (fieldsType !== 'FieldsV1' || !isObject(fieldsV1)) return undefined;
    const fields = read(fieldsV1 as unknown as FieldSet);
    if (!fields) return undefined;
    const owner: Owner = { manager, operation, apiVersion, subresource, ...(time ? { time } : {}), fields };
    owners.set(identityOf(owner), owner);
  }
  return [...owners.values()];
}

/** The set as we would write it; undefined for what is none. */
function canonicalSet(fields: unknown): FieldSet | undefined {
  if (!isObject(fields)) return undefined;
  const children: Record<string, FieldSet> = {};
  for (const key of Object.keys(fields)) {
    const element = key === '.' ? key : canonicalElement(key);
    const below = element === undefined ? undefined : canonicalSet(fields[key]);
    if (element === undefined || !below) return undefined;
    if (element !== '.') children[element] = below;
  }
  const some = Object.keys(children).length > 0;
  return some && '.' in fields ? { '.': leaf, ...children } : children;
}

/** Without those who own nothing; in Kubernetes' order. Undefined when nobody owns anything. */
export function entriesOf(owners: readonly Owner[]): Entry[] | undefined {
  const entries = owners
    .filter(({ fields }) => !isEmptySet(fields))
    .sort(inOrder)
    .map(entryOf);
  return entries.length > 0 ? entries : undefined;
}

function entryOf({ manager, operation, apiVersion, subresource, time, fields }: Owner): Entry {
  const entry: Entry = { manager, operation, apiVersion };
  if (time !== undefined) entry.time = time;
  entry.fieldsType = 'FieldsV1';
  entry.fieldsV1 = fields;
  if (subresource !== '') entry.subresource = subresource;
  return entry;
}

/** Those who apply first, then by time, and by name where that is the same. */
export function inOrder(a: Owner, b: Owner): number {
  return (
    order(a.operation, b.operation) ||
    order(a.time ?? '', b.time ?? '') ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource, b.subresource)
  );
}

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
