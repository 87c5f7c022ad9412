/** What a version of a definition says of its columns, its subresources and the fields that selectors may name. */

import { JsonPathError, parsePath, simplePath } from '../../jsonpath/paths.js';
import type { FieldError } from '../../status.js';
import type { JsonSchema } from '../../structural/schema.js';
import type { CustomResourceDefinition } from '../../types.js';
import { duplicate, invalidValue, required, tooMany } from '../../validation/errors.js';

type Version = CustomResourceDefinition['spec']['versions'][number];

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

export function validateColumns(columns: NonNullable<Version['additionalPrinterColumns']>, path: string): FieldError[] {
  return columns.flatMap(({ name, type, format, jsonPath }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    const oneOfTypes = `must be one of ${columnTypes.join(',')}`;
    if (!type) errors.push(required(`${at}.type`, oneOfTypes));
    else if (!columnTypes.includes(type)) errors.push(invalidValue(`${at}.type`, type, oneOfTypes));
    if (format && !columnFormats.includes(format)) {
      errors.push(invalidValue(`${at}.format`, format, `must be one of ${columnFormats.join(',')}`));
    }
    return [...errors, ...(jsonPath ? validPath(jsonPath, `${at}.jsonPath`) : [required(`${at}.jsonPath`)])];
  });
}

/** A column may filter and slice; the paths of subresources and of selectors are names alone. */
function validPath(path: string, field: string): FieldError[] {
  if (!path.startsWith('.')) return [invalidValue(field, path, 'must be a simple json path starting with .')];
  try {
    parsePath(path);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [invalidValue(field, path, `is an invalid jsonPath: ${error.message}`)];
  }
}

export function validateSubresources(subresources: Version['subresources'], path: string): FieldError[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const under = (field: string, value: string | undefined, roots: readonly string[], needed: boolean): FieldError[] => {
    const at = `${path}.scale.${field}`;
    if (!value) return needed ? [required(at)] : [];
    if (!simplePath(value)) return [invalidValue(at, value, 'must be a simple json path starting with .')];
    const good = roots.some(root => value.startsWith(`.${root}.`));
    return good
      ? []
      : [invalidValue(at, value, `should be a json path under ${roots.map(root => `.${root}`).join(' or ')}`)];
  };
  return [
    ...under('specReplicasPath', scale.specReplicasPath, ['spec'], true),
    ...under('statusReplicasPath', scale.statusReplicasPath, ['status'], true),
    ...under('labelSelectorPath', scale.labelSelectorPath, ['status', 'spec'], false),
  ];
}

const mostSelectable = 8;

export function validateSelectable(
  fields: readonly { jsonPath: string }[],
  schema: JsonSchema,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (fields.length > mostSelectable) errors.push(tooMany(path, fields.length, mostSelectable));
  const seen = new Set<string>();
  fields.forEach(({ jsonPath }, index) => {
    const at = `${path}[${index}].jsonPath`;
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
    errors.push(...(jsonPath ? selectable(jsonPath, schema, at) : [required(at)]));
  });
  return errors;
}

/** A selector compares texts: the field must be one scalar, and the definition's own. */
function selectable(jsonPath: string, schema: JsonSchema, at: string): FieldError[] {
  const names = simplePath(jsonPath);
  if (!names) return [invalidValue(at, jsonPath, 'is an invalid path: must be a simple json path starting with .')];
  if (names[0] === 'metadata') return [invalidValue(at, jsonPath, 'must not point to fields in metadata')];
  let node: JsonSchema | undefined = schema;
  for (const name of names) node = node?.properties?.[name];
  if (!node) return [invalidValue(at, jsonPath, 'is an invalid path: does not refer to a valid field')];
  if (['string', 'boolean', 'integer'].includes(node.type ?? '')) return [];
  const why =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalidValue(at, jsonPath, why)];
}
