/** The types by which expressions see objects of the built-in kinds. */
import * as cel from '../cel/types.js';
import { findModel, type Scalar, type Type } from './models.js';

const scalars: Record<Scalar, cel.CelType> = {
  string: cel.string,
  boolean: cel.bool,
  int32: cel.int,
  int64: cel.int,
  number: cel.double,
  'date-time': cel.timestamp,
  'date-time-micro': cel.timestamp,
  byte: cel.bytes,
  quantity: cel.string,
  'int-or-string': cel.dyn,
  any: cel.dyn,
};

const known = new Map<string, cel.CelType>();

/** The type of a model ('V1Pod'). What contains itself is looked at when it is there. */
export function celTypeOfModel(name: string, within: ReadonlySet<string> = new Set()): cel.CelType {
  const made = known.get(name);
  if (made) return made;
  const model = within.has(name) ? undefined : findModel(name);
  if (!model) return cel.dyn;
  const inner = new Set([...within, name]);
  const fields = [...model.fields.values()].map(field => [field.name, typeOf(field.type, inner)] as const);
  const type = cel.object(Object.fromEntries(fields));
  known.set(name, type);
  return type;
}

function typeOf(type: Type, within: ReadonlySet<string>): cel.CelType {
  switch (type.kind) {
    case 'scalar':
      return scalars[type.scalar];
    case 'list':
      return cel.listOf(typeOf(type.items, within));
    case 'map':
      return cel.mapOf(typeOf(type.values, within));
    case 'object':
      return celTypeOfModel(type.model, within);
  }
}
