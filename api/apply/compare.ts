/** What differs between two states of an object, by its type. */
import { deepEqual, isObject, type JsonObject, own } from '../json.js';
import { type FieldSet, type GrowingSet, insert, isEmptySet, leaf, recursiveDifference } from './field-set.js';
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
  value === null ||
  (typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : !hasKeys(value as object)));

/** Everything in a value that is not on the other side: all of it is new, or gone. Built at once, for it is most of a new object. */
function whole(type: FieldType, value: unknown): FieldSet {
  if (typeof value !== 'object' || value === null) return leaf;
  const read = typeFor(type, value);
  // A member first, as it is wanted where something is below it.
  const node: GrowingSet = { '.': leaf as GrowingSet };
  if (read.kind === 'list' && read.identity !== 'atomic' && Array.isArray(value)) {
    for (const [element, items] of byElement(read, value)) {
      node[element] = items.length === 1 ? (whole(read.items, items[0]) as GrowingSet) : {};
    }
  } else if (read.kind === 'map' && !read.atomic && isObject(value)) {
    for (const name in value) addWhole(node, read, name, value[name]);
    // What Go always writes of it is there, if only for that.
    const { always } = read;
    if (always && hasMore(node))
      for (const name in always) if (!(name in value)) addWhole(node, read, name, always[name]);
  }
  return hasMore(node) ? node : leaf;
}

function addWhole(node: GrowingSet, type: MapType, name: string, value: unknown): void {
  const fieldType = value === undefined ? undefined : fieldTypeOf(type, name);
  if (fieldType) node[fieldElement(name)] = whole(fieldType, value) as GrowingSet;
}

class Walk implements Comparison {
  readonly added: GrowingSet = {};
  readonly removed: GrowingSet = {};
  readonly modified: GrowingSet = {};
  readonly #path: string[] = [];

  values(type: FieldType, before: unknown, after: unknown): void {
    if (before === after) return;
    if (before === undefined) this.#note(this.added, whole(type, after));
    else if (after === undefined) this.#note(this.removed, whole(type, before));
    else this.#states(type, before, after);
  }

  #states(type: FieldType, before: unknown, after: unknown): void {
    const read = typeFor(type, after === null ? before : after);
    if (isBare(before) && isBare(after)) this.#differ(before, after);
    else if (read.kind === 'map' && !read.atomic && fits(isObject, before, after)) {
      this.#map(read, (before ?? {}) as JsonObject, (after ?? {}) as JsonObject);
    } else if (read.kind === 'list' && read.identity !== 'atomic' && fits(Array.isArray, before, after)) {
      this.#items(read, (before ?? []) as unknown[], (after ?? []) as unknown[]);
    } else this.#differ(before, after);
  }

  #differ(before: unknown, after: unknown): void {
    if (!deepEqual(before, after)) this.#note(this.modified, leaf);
  }

  #note(set: GrowingSet, node: FieldSet): void {
    if (this.#path.length > 0) insert(set, this.#path, node);
  }

  #map(type: MapType, before: JsonObject, after: JsonObject): void {
    const { always = {} } = type;
    for (const name in before) this.#field(type, name, before[name] ?? always[name], own(after, name) ?? always[name]);
    for (const name in after) if (!Object.hasOwn(before, name)) this.#field(type, name, always[name], after[name]);
  }

  #field(type: MapType, name: string, before: unknown, after: unknown): void {
    if (before === after) return;
    const fieldType = fieldTypeOf(type, name);
    if (!fieldType) return;
    this.#path.push(fieldElement(name));
    this.values(fieldType, before, after);
    this.#path.pop();
  }

  /** Items that cannot be told apart are compared as one. */
  #items(type: ListType, before: readonly unknown[], after: readonly unknown[]): void {
    // Most lists stay as they are: to see that takes less than to tell their items apart.
    if (deepEqual(before, after)) return;
    const [left, right] = [byElement(type, before), byElement(type, after)];
    for (const [element, items] of left) this.#item(type, element, items, right.get(element) ?? []);
    for (const [element, items] of right) if (!left.has(element)) this.#item(type, element, [], items);
  }

  #item(type: ListType, element: string, before: readonly unknown[], after: readonly unknown[]): void {
    this.#path.push(element);
    if (before.length <= 1 && after.length <= 1) this.values(type.items, before[0], after[0]);
    else if (before.length === 0) this.#note(this.added, leaf);
    else if (after.length === 0) this.#note(this.removed, leaf);
    else this.#differ(before, after);
    this.#path.pop();
  }
}

/** Anything but itself. */
function hasMore(node: GrowingSet): boolean {
  for (const element in node) if (element !== '.') return true;
  return false;
}

function hasKeys(node: object): boolean {
  for (const _ in node) return true;
  return false;
}

/** Both sides are absent or of this shape: what is of another shape than its type is compared whole. */
const fits = (is: (value: unknown) => boolean, before: unknown, after: unknown): boolean =>
  (before === null || is(before)) && (after === null || is(after));

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
