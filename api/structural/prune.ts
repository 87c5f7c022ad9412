/** Removes what a schema does not know, and says what that was. */
import { isObject, type JsonObject } from '../json.js';
import { fieldOf, isEmbedded, type JsonSchema, preserves, resourceFields } from './schema.js';

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Prunes a whole resource, in place. Answers the paths of what was removed ('spec.list[0].nope'), `most` of them at
 * most.
 */
export function prune(resource: JsonObject, schema: JsonSchema, most = Number.POSITIVE_INFINITY): string[] {
  const removed: string[] = [];
  const told = (path: string): void => {
    if (removed.length < most) removed.push(path);
  };
  pruneValue(resource, { ...schema, 'x-kubernetes-embedded-resource': true }, '', told);
  return removed;
}

/** A value without a schema (below `additionalProperties: true`) keeps no fields. */
function pruneValue(value: unknown, schema: JsonSchema | undefined, path: string, told: (path: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      pruneValue(item, schema?.items ?? keptItems(schema), `${path}[${index}]`, told);
    });
  } else if (isObject(value)) pruneFields(value, schema, path, told);
}

/** Of a list that keeps what is unknown, the items do so too. */
const keptItems = (schema: JsonSchema | undefined): JsonSchema | undefined =>
  schema && preserves(schema) ? { 'x-kubernetes-preserve-unknown-fields': true } : undefined;

function pruneFields(
  value: JsonObject,
  schema: JsonSchema | undefined,
  path: string,
  told: (path: string) => void,
): void {
  for (const name of Object.keys(value)) {
    if (schema && isEmbedded(schema) && resourceFields.has(name)) continue;
    const field = schema && fieldOf(schema, name);
    const known =
      field !== undefined || (schema?.additionalProperties !== undefined && schema.additionalProperties !== false);
    if (known) pruneValue(value[name], field, join(path, name), told);
    else if (!(schema && preserves(schema))) {
      told(join(path, name));
      delete value[name];
    }
  }
}
