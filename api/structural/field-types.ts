/** A structural schema as server-side apply sees it (api/apply/type.ts says how). */
import { objectFields } from '../apply/model-types.js';
import { type FieldType, type ListType, type MapType, scalarType, untypedType } from '../apply/type.js';
import { isEmbedded, isIntOrString, type JsonSchema, preserves, propertyOf, valuesOf } from './schema.js';

/** The type of a whole resource. */
export function fieldTypesOf(schema: JsonSchema): MapType {
  return mapType(schema, true);
}

function typeOf(schema: JsonSchema): FieldType {
  if (isIntOrString(schema)) return scalarType;
  switch (schema.type) {
    case 'object':
      return mapType(schema, isEmbedded(schema));
    case 'array':
      return listType(schema);
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return scalarType;
    default:
      return untypedType;
  }
}

/** Asked again and again: each field's type is made once. */
function mapType(schema: JsonSchema, resource: boolean): MapType {
  const known = new Map<string, FieldType | undefined>();
  const make = (name: string): FieldType | undefined => {
    const property = propertyOf(schema, name);
    return (resource ? objectFields(name) : undefined) ?? (property && typeOf(property));
  };
  const open = preserves(schema) || schema.additionalProperties === true;
  const values = valuesOf(schema);
  return {
    kind: 'map',
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    field(name) {
      if (!known.has(name)) known.set(name, make(name));
      return known.get(name);
    },
    values: values ? typeOf(values) : open ? untypedType : undefined,
  };
}

function listType(schema: JsonSchema): ListType {
  const identity = schema['x-kubernetes-list-type'];
  const items = schema.items ?? {};
  return {
    kind: 'list',
    identity: identity === 'map' || identity === 'set' ? identity : 'atomic',
    keys: [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort(),
    defaultOf: key => items.properties?.[key]?.default,
    items: typeOf(items),
  };
}
