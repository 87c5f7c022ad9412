/** Finding a kind, and a field of it, in an OpenAPI v3 document. Pure. */
import { Failure } from '../failure.js';
import type { ServerResource } from './discovery.js';

export interface Schema {
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  $ref?: string;
  allOf?: Schema[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

export interface SchemaDocument {
  components?: { schemas?: Record<string, Schema> };
}

export function kindSchema(document: SchemaDocument, { group, version, kind }: ServerResource): Schema {
  const found = Object.values(document.components?.schemas ?? {}).find(schema =>
    schema['x-kubernetes-group-version-kind']?.some(g => g.group === group && g.version === version && g.kind === kind),
  );
  if (!found) throw new Failure(`the server publishes no schema of ${kind}`);
  return found;
}

/** The schema behind references; what a reference's own place says of it (its description) goes first. */
export function resolved(document: SchemaDocument, schema: Schema): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  const target = document.components?.schemas?.[reference.split('/').at(-1) ?? ''] ?? {};
  const { $ref: _, allOf: __, ...own } = schema;
  return { ...target, ...own };
}

/** What a list or a map holds, seen through. */
export function inside(document: SchemaDocument, schema: Schema): Schema {
  const here = resolved(document, schema);
  if (here.items) return inside(document, here.items);
  return typeof here.additionalProperties === 'object' ? inside(document, here.additionalProperties) : here;
}

export function fieldSchema(document: SchemaDocument, kind: Schema, path: readonly string[]): Schema {
  return path.reduce((schema, field) => {
    const next = inside(document, schema).properties?.[field];
    if (!next) throw new Failure(`field "${field}" does not exist`);
    return next;
  }, kind);
}

/** '<[]Container> -required-' */
export function typeName(document: SchemaDocument, schema: Schema): string {
  const here = resolved(document, schema);
  if (here['x-kubernetes-int-or-string'] || here.format === 'int-or-string') return 'IntOrString';
  if (here.items) return `[]${typeName(document, here.items)}`;
  if (typeof here.additionalProperties === 'object')
    return `map[string]${typeName(document, here.additionalProperties)}`;
  // A name for what is no object but a word (Time, Quantity) says less than what it is.
  if (here.type !== undefined && here.type !== 'object') return here.type;
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference?.split('.').at(-1) ?? 'Object';
}
