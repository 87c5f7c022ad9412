/** Owners who wrote when a type was owned otherwise: as one, or part by part. Their sets follow the type of today. */
import { isObject } from '../json.js';
import { type FieldSet, isMember, leaf, union } from './field-set.js';
import { fieldsOf, identify, typeBelow } from './fields-of.js';
import type { Owner } from './owners.js';
import { fieldElement } from './path-element.js';
import { type FieldType, typeFor } from './type.js';

/** The owner itself when nothing has changed. */
export function reconciled(type: FieldType, live: unknown, owner: Owner): Owner {
  const fields = below(type, live, owner.fields);
  return fields === owner.fields ? owner : { ...owner, fields };
}

function below(type: FieldType, live: unknown, set: FieldSet): FieldSet {
  const children: Record<string, FieldSet> = {};
  let changed = false;
  for (const element of Object.keys(set)) {
    const was = set[element] as FieldSet;
    const now = element === '.' ? was : at(typeBelow(type, element), valueAt(type, live, element), was);
    children[element] = now;
    changed ||= now !== was;
  }
  return changed ? children : set;
}

function at(type: FieldType, live: unknown, set: FieldSet): FieldSet {
  // What has no type of its own has never changed it.
  if (type.kind === 'untyped' || type.kind === 'scalar') return set;
  const whole = type.kind === 'map' ? type.atomic : type.identity === 'atomic';
  const isLeaf = Object.keys(set).length === 0;
  if (whole) return isLeaf ? set : leaf;
  if (!isLeaf) return below(type, live, set);
  const parts = fieldsOf(type, live);
  return isMember(set) && Object.keys(parts).length > 0 ? union({ '.': leaf, ...parts }, set) : set;
}

function valueAt(type: FieldType, live: unknown, element: string): unknown {
  if (element.startsWith('f:')) {
    const name = element.slice(2);
    return isObject(live) && fieldElement(name) === element && Object.hasOwn(live, name) ? live[name] : undefined;
  }
  const read = typeFor(type, live);
  if (read.kind !== 'list' || !Array.isArray(live)) return undefined;
  return live.find((item, index) => identify(read, item, index) === element);
}
