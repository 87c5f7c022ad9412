/** What differs between two states of an object, by its type. */
import { deepEqual, isObject } from '../json.js';
import { type FieldSet, type GrowingSet, insert, isEmptySet, recursiveDifference } from './field-set.js';
import { identify } from './fields-of.js';
import { fieldElement } from './path-element.js';
import { type FieldType, fieldTypeOf, type ListType, type MapType, typeFor } from './type.js';

export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

/** Undefined is "not there", and something else than null. */
export function compare(type: FieldType, before: unknown, after: unknown): Comparison {
  const walk = new Walk();
  walk.values(type, before, after);
  return walk;
}

export const isSame = ({ added, removed, modified }: Comparison): boolean =>
  isEmptySet(added) && isEmptySet(removed) && isEmptySet(modified);

/** The comparison without these fields and all that is below them. */
export const ignoring = ({ added, removed, modified }: Comparison, fields: FieldSet): Comparison => ({
  added: recursiveDifference(added, fields),
  removed: recursiveDifference(removed, fields),
  modified: recursiveDifference(modified, fields),
});

const isBare = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);

class Walk implements Comparison {
  readonly added: GrowingSet = {};
  readonly removed: GrowingSet = {};
  readonly modified: GrowingSet = {};
  readonly #path: string[] = [];

  values(type: FieldType, before: unknown, after: unknown): void {
    const shown = after === undefined || after === null ? before : after;
    const read = typeFor(type, shown);
    const mapped = read.kind === 'map' && !read.atomic && fits(isObject, before, after);
    const listed = read.kind === 'list' && read.identity !== 'atomic' && fits(Array.isArray, before, after);
    const parted = (mapped || listed) && !(isBare(before) && isBare(after));
    if (before === undefined) this.#note(this.added);
    else if (after === undefined) this.#note(this.removed);
    else if (!parted && !deepEqual(before, after)) this.#note(this.modified);
    if (parted && mapped) this.#map(read as MapType, before as JsonMap, after as JsonMap);
    else if (parted) this.#items(read as ListType, (before ?? []) as unknown[], (after ?? []) as unknown[]);
  }

  #note(set: GrowingSet): void {
    if (this.#path.length > 0) insert(set, this.#path);
  }

  #map(type: MapType, before: JsonMap, after: JsonMap): void {
    // Of an object that is not there nothing is; of one that is, some fields always are.
    const always = type.always ?? {};
    const left = before ? { ...always, ...before } : {};
    const right = after ? { ...always, ...after } : {};
    for (const name of Object.keys(left)) this.#field(type, name, left[name], right[name]);
    for (const name of Object.keys(right))
      if (left[name] === undefined) this.#field(type, name, undefined, right[name]);
  }

  #field(type: MapType, name: string, before: unknown, after: unknown): void {
    const fieldType = fieldTypeOf(type, name);
    if (before === after || !fieldType) return;
    this.#path.push(fieldElement(name));
    this.values(fieldType, before, after);
    this.#path.pop();
  }

  /** Items that cannot be told apart are compared as one, at the first's place. */
  #items(type: ListType, before: readonly unknown[], after: readonly unknown[]): void {
    const [left, right] = [byElement(type, before), byElement(type, after)];
    for (const [element, items] of left) this.#item(type, element, items, right.get(element) ?? []);
    for (const [element, items] of right) if (!left.has(element)) this.#item(type, element, [], items);
  }

  #item(type: ListType, element: string, before: readonly unknown[], after: readonly unknown[]): void {
    this.#path.push(element);
    if (before.length <= 1 && after.length <= 1) this.values(type.items, before[0], after[0]);
    else if (before.length === 0) this.#note(this.added);
    else if (after.length === 0) this.#note(this.removed);
    else if (!deepEqual(before, after)) this.#note(this.modified);
    this.#path.pop();
  }
}

type JsonMap = Record<string, unknown> | undefined | null;

/** Both sides are absent or of this shape: what is of another shape than its type is compared whole. */
const fits = (is: (value: unknown) => boolean, before: unknown, after: unknown): boolean =>
  (before === undefined || before === null || is(before)) && (after === undefined || after === null || is(after));

function byElement(type: ListType, items: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const [index, item] of items.entries()) {
    const element = identify(type, item, index);
    if (element === undefined) continue;
    const same = found.get(element);
    if (same) same.push(item);
    else found.set(element, [item]);
  }
  return found;
}
