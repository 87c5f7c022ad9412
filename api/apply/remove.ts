/** A value without the fields of a set. */
import { isObject, type JsonObject, own, put } from '../json.js';
import { type FieldSet, isMember } from './field-set.js';
import { identify } from './fields-of.js';
import { fieldElement } from './path-element.js';
import { type FieldType, fieldTypeOf, type ListType, type MapType, typeFor } from './type.js';

/** The value that is left, which shares parts with `value`; null where a map or list has lost everything in it. */
export function removeFields(type: FieldType, value: unknown, set: FieldSet): unknown {
  const read = typeFor(type, value);
  if (read.kind === 'map' && isObject(value)) return read.atomic ? null : fromMap(read, value, set);
  if (read.kind === 'list' && Array.isArray(value))
    return read.identity === 'atomic' ? null : fromList(read, value, set);
  return value;
}

const gone = Symbol('gone');

/** What becomes of one part: `below` is what the set says of it. */
function part(type: FieldType, value: unknown, below: FieldSet | undefined): unknown {
  if (!below) return value;
  return isMember(below) ? gone : removeFields(type, value, below);
}

function fromMap(type: MapType, value: JsonObject, set: FieldSet): JsonObject | null {
  const left: JsonObject = {};
  for (const name of Object.keys(value)) {
    const kept = part(fieldTypeOf(type, name) ?? { kind: 'untyped' }, own(value, name), set[fieldElement(name)]);
    if (kept !== gone) put(left, name, kept);
  }
  return Object.keys(left).length > 0 ? left : null;
}

function fromList(type: ListType, items: readonly unknown[], set: FieldSet): unknown[] | null {
  const left = items
    .map((item, index) => {
      const element = identify(type, item, index);
      return element === undefined ? item : part(type.items, item, set[element]);
    })
    .filter(item => item !== gone);
  return left.length > 0 ? left : null;
}
