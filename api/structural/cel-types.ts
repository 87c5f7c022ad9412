/** The types by which the rules of a schema see its values. */
import * as cel from '../cel/types.js';
import { isEmbedded, isIntOrString, type JsonSchema, preserves, valuesOf } from './schema.js';

/** What rules may read of a resource's metadata. */
const metadata = cel.object({ name: cel.string, generateName: cel.string });
const resource = { apiVersion: cel.string, kind: cel.string, metadata };

/** `root` is a whole resource: it has apiVersion, kind and metadata whatever its schema says. */
export function celType(schema: JsonSchema, root = false): cel.CelType {
  // A null has no type that a checker knows; what may be null is looked at when it is there.
  if (schema.nullable || isIntOrString(schema)) return cel.dyn;
  switch (schema.type) {
    case 'string':
      return stringType(schema.format);
    case 'integer':
      return cel.int;
    case 'number':
      return cel.double;
    case 'boolean':
      return cel.bool;
    case 'array':
      return cel.listOf(schema.items ? celType(schema.items) : cel.dyn);
    case 'object':
      return objectType(schema, root);
    default:
      return cel.dyn;
  }
}

function objectType(schema: JsonSchema, root: boolean): cel.CelType {
  const values = valuesOf(schema);
  if (values) return cel.mapOf(celType(values));
  const fields = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [name, celType(field)]),
  );
  if (root || isEmbedded(schema)) return cel.object({ ...fields, ...resource });
  if (!schema.properties || (preserves(schema) && Object.keys(fields).length === 0)) return cel.mapOf(cel.dyn);
  return cel.object(fields);
}

function stringType(format: string | undefined): cel.CelType {
  if (format === 'date' || format === 'date-time' || format === 'datetime') return cel.timestamp;
  if (format === 'duration') return cel.duration;
  return format === 'byte' ? cel.bytes : cel.string;
}
