/** A structural schema as OpenAPI documents show it. */
import { isObject, type JsonObject } from '../json.js';
import { isEmbedded, isIntOrString, type JsonSchema, preserves } from './schema.js';

/** What kubectl before 1.27 cannot read, and what OpenAPI 2 does not have. */
const onlyInV3 = ['allOf', 'anyOf', 'oneOf', 'not', 'nullable'];

/** Rules and default values are no business of OpenAPI 2's readers. */
export function toOpenApiV2(schema: JsonSchema): JsonObject {
  const { properties, items, additionalProperties, ...rest } = schema as JsonSchema & JsonObject;
  const shown: JsonObject = { ...rest };
  for (const name of onlyInV3) delete shown[name];
  // Without a type clients take anything: a null, a number where a name may stand, fields that nobody named.
  if (schema.nullable || isIntOrString(schema)) {
    delete shown.type;
    return shown;
  }
  if (preserves(schema)) return shown;
  if (properties) shown.properties = mapped(properties, toOpenApiV2);
  if (items) shown.items = toOpenApiV2(items);
  if (isObject(additionalProperties)) shown.additionalProperties = toOpenApiV2(additionalProperties as JsonSchema);
  else if (additionalProperties === true) shown.additionalProperties = {};
  return isEmbedded(schema) ? { ...shown, properties: { ...(shown.properties as JsonObject), ...anyMetadata } } : shown;
}

const anyMetadata = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

export const toOpenApiV3 = (schema: JsonSchema): JsonObject => schema as JsonObject;

const mapped = (properties: Record<string, JsonSchema>, map: (schema: JsonSchema) => JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, map(schema)]));
