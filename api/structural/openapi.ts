/** A structural schema as OpenAPI documents show it. */
import { isObject, type JsonObject } from '../json.js';
import { isEmbedded, isIntOrString, type JsonSchema, preserves, propertyOf } from './schema.js';

/** What kubectl before 1.27 cannot read, and what OpenAPI 2 does not have. */
const onlyInV3 = ['allOf', 'anyOf', 'oneOf', 'not', 'nullable'];

/**
 * As kubectl before 1.27 can read it: it refuses fields that nobody named, a null where there is a type, and a list
 * whose items it is told nothing of. What has no type it takes as it is.
 */
export function toOpenApiV2(schema: JsonSchema): JsonObject {
  const { type, required, properties, items, additionalProperties, ...rest } = schema as JsonSchema & JsonObject;
  const shown: JsonObject = { ...rest };
  for (const name of onlyInV3) delete shown[name];
  // A null counts as missing there.
  const needed = required?.filter(name => !propertyOf(schema, name)?.nullable) ?? [];
  if (needed.length > 0) shown.required = needed;
  if (schema.nullable || isIntOrString(schema)) return shown;
  if (type !== undefined && !takesAnything(schema)) shown.type = type;
  if (preserves(schema)) return shown;
  if (properties) shown.properties = mapped(properties, toOpenApiV2);
  if (items) shown.items = toOpenApiV2(items);
  if (isObject(additionalProperties)) shown.additionalProperties = toOpenApiV2(additionalProperties as JsonSchema);
  else if (additionalProperties === true) shown.additionalProperties = {};
  return isEmbedded(schema) ? { ...shown, properties: { ...(shown.properties as JsonObject), ...anyMetadata } } : shown;
}

const takesAnything = (schema: JsonSchema): boolean =>
  schema.type === 'array' ? preserves(schema) || !schema.items : schema.type === 'object' && preserves(schema);

const anyMetadata = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

export const toOpenApiV3 = (schema: JsonSchema): JsonObject => schema as JsonObject;

const mapped = (properties: Record<string, JsonSchema>, map: (schema: JsonSchema) => JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, map(schema)]));
