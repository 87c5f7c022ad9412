/** The fields that a value has, by its type: what somebody who applies it says they want to own. */
import { isObject } from '../json.js';
import { type FieldSet, type GrowingSet, insert, leaf } from './field-set.js';
import { fieldElement, itemElement, NoIdentity } from './path-element.js';
import { type FieldType, fieldTypeOf, type ListType, type MapType, typeFor } from './type.js';

/** Parts that the type does not know, and items that it cannot tell apart, are passed over. */
export function fieldsOf(type: FieldType, value: unknown): FieldSet {
  const set: GrowingSet = {};
  addFields(type, value, set, []);
  return set;
}

function addFields(type: FieldType, value: unknown, set: GrowingSet, path: string[]): void {
  const read = typeFor(type, value);
  if (read.kind === 'scalar' || (read.kind === 'map' && read.atomic)) insertHere(set, path);
  else if (read.kind === 'list') {
    if (read.identity === 'atomic') insertHere(set, path);
    else if (Array.isArray(value)) addItems(read, value, set, path);
  } else if (isObject(value)) addMap(read, value, set, path);
}

function addItems(type: ListType, items: readonly unknown[], set: GrowingSet, path: string[]): void {
  for (const [index, item] of items.entries()) {
    const element = identify(type, item, index);
    if (element === undefined) continue;
    path.push(element);
    addFields(type.items, item, set, path);
    insert(set, path);
    path.pop();
  }
}

function addMap(type: MapType, value: Record<string, unknown>, set: GrowingSet, path: string[]): void {
  for (const name of Object.keys(value)) {
    const fieldType = fieldTypeOf(type, name);
    const field = value[name];
    if (!fieldType || field === undefined) continue;
    path.push(fieldElement(name));
    addFields(fieldType, field, set, path);
    const bare = field === null || (isObject(field) && Object.keys(field).length === 0);
    if (bare || type.field(name) === undefined) insert(set, path);
    path.pop();
  }
}

function insertHere(set: GrowingSet, path: readonly string[]): void {
  if (path.length > 0) insert(set, path);
}

/** Undefined for an item that cannot be told from others. */
export function identify(type: ListType, item: unknown, index: number): string | undefined {
  try {
    return itemElement(type, item, index);
  } catch (error) {
    if (error instanceof NoIdentity) return undefined;
    throw error;
  }
}

/**
 * The set with every named field on the way to its members: a struct goes with the last field in it, while a map stays.
 */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const children: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    const below = set[element] as FieldSet;
    if (element === '.') children[element] = below;
    else {
      const inner = withNamedFields(below, typeBelow(type, element));
      children[element] = isNamed(type, element) && Object.keys(inner).length > 0 ? { ...inner, '.': leaf } : inner;
    }
  }
  return children;
}

const isNamed = (type: FieldType, element: string): boolean =>
  type.kind === 'map' && element.startsWith('f:') && type.field(element.slice(2)) !== undefined;

/** The type of what an element of a path leads to; untyped where the type does not say. */
export function typeBelow(type: FieldType, element: string): FieldType {
  if (type.kind === 'map' && element.startsWith('f:'))
    return fieldTypeOf(type, element.slice(2)) ?? { kind: 'untyped' };
  if (type.kind === 'list' && !element.startsWith('f:')) return type.items;
  return { kind: 'untyped' };
}
