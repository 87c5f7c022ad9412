/** The schemas of custom resources (apiextensions.k8s.io JSONSchemaProps), as JSON has them. */
import { isObject, type JsonObject, own } from '../json.js';

/** A rule of x-kubernetes-validations. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** What limits a value, whatever its shape. */
export interface ValueRules {
  format?: string;
  pattern?: string;
  enum?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  required?: string[];
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
}

export interface JsonSchema extends ValueRules {
  type?: string;
  title?: string;
  description?: string;
  nullable?: boolean;
  default?: unknown;
  example?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: ValidationRule[];
}

/** Kept by every resource, whatever its schema says. */
export const resourceFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

export const preserves = (schema: JsonSchema): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true;
export const isEmbedded = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true;
export const isIntOrString = (schema: JsonSchema): boolean => schema['x-kubernetes-int-or-string'] === true;

/** The schema of a field that the schema names. */
export const propertyOf = (schema: JsonSchema, name: string): JsonSchema | undefined =>
  schema.properties && (own(schema.properties as JsonObject, name) as JsonSchema | undefined);

/** The schema of values whose fields have no names of their own; `true` allows any. */
export const valuesOf = (schema: JsonSchema): JsonSchema | undefined =>
  isObject(schema.additionalProperties) ? (schema.additionalProperties as JsonSchema) : undefined;

/** The schema of one field, by its own name or as any other. */
export const fieldOf = (schema: JsonSchema, name: string): JsonSchema | undefined =>
  propertyOf(schema, name) ?? valuesOf(schema);

/** Calls `visit` with every schema that says what the object is made of, from the outside in. */
export function eachSchema(schema: JsonSchema, path: string, visit: (schema: JsonSchema, path: string) => void): void {
  visit(schema, path);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    eachSchema(property, `${path}.properties[${name}]`, visit);
  }
  const values = valuesOf(schema);
  if (values) eachSchema(values, `${path}.additionalProperties`, visit);
  if (schema.items) eachSchema(schema.items, `${path}.items`, visit);
}
