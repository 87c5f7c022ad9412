/** From a body to an object of a custom resource: metadata as of any object, everything else as its schema has it. */
import { isObject, type JsonObject } from '../json.js';
import { conform, type FieldReport, refuseUnsafe } from '../schema/conform.js';
import { found, WrongType } from '../schema/scalars.js';
import { maxProblems } from '../schema/scan.js';
import { prune } from './prune.js';
import { fieldOf, isEmbedded, type JsonSchema } from './schema.js';

const metadataType = { model: 'V1ObjectMeta' };

/** In place. Throws RequestEntityTooLarge for an object of too many parts. */
export function conformStructural(object: JsonObject, schema: JsonSchema): FieldReport {
  try {
    refuseUnsafe(object);
    const unknown = conformMetadata(object, 'metadata');
    conformEmbedded(object, schema, '');
    return { unknown: [...unknown, ...prune(object, schema, maxProblems)] };
  } catch (error) {
    if (error instanceof WrongType) return { unknown: [], wrong: error.message };
    throw error;
  }
}

function conformMetadata(object: JsonObject, path: string): string[] {
  if (object.metadata === null) delete object.metadata;
  if (object.metadata === undefined) return [];
  if (!isObject(object.metadata)) {
    throw new WrongType(
      `json: cannot unmarshal ${found(object.metadata)} into Go struct field .${path} of type v1.ObjectMeta`,
    );
  }
  const { unknown, wrong } = conform(metadataType, object.metadata);
  if (wrong !== undefined) throw new WrongType(wrong);
  return unknown.map(name => `${path}.${name}`);
}

/** Objects within the object: what they say of themselves must have the right type. */
function conformEmbedded(value: unknown, schema: JsonSchema | undefined, path: string): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      conformEmbedded(item, schema.items, `${path}[${index}]`);
    });
  } else if (isObject(value)) {
    if (isEmbedded(schema)) {
      for (const name of ['apiVersion', 'kind']) {
        if (value[name] !== undefined && typeof value[name] !== 'string')
          throw new WrongType(`${path}.${name}: must be a string`);
      }
      conformMetadata(value, `${path}.metadata`);
    }
    for (const name of Object.keys(value))
      conformEmbedded(value[name], fieldOf(schema, name), path === '' ? name : `${path}.${name}`);
  }
}
