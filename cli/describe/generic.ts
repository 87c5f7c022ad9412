/** Any kind, as its fields stand: what there is to say of a kind that has no description of its own. */
import { isObject } from '../../api/json.js';
import type { AnyObject } from '../../api/types.js';
import { labelled } from './metadata.js';
import type { Item } from './text.js';

export function describeAny(object: AnyObject): Item[] {
  const { name: _, namespace: __, labels: ___, annotations: ____, managedFields: _____, ...metadata } = object.metadata;
  const { name = '', namespace = '' } = object.metadata;
  return [['Name', name], ['Namespace', namespace], ...labelled(object), ...fieldItems({ ...object, metadata })];
}

const fieldItems = (fields: Readonly<Record<string, unknown>>): Item[] =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]): [string, unknown] => [title(field), value])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([heading, value]) => item(heading, value));

function item(heading: string, value: unknown): Item {
  if (isObject(value)) return { heading, block: fieldItems(value) };
  if (!Array.isArray(value)) return [heading, String(value)];
  return { heading, block: value.flatMap(element => (isObject(element) ? fieldItems(element) : [String(element)])) };
}

const acronyms = /^(api|url|uid|osb|guid)$/i;

/** 'observedGeneration' -> 'Observed Generation', 'apiVersion' -> 'API Version', 'x-y' -> 'X - Y'. Other names stay. */
function title(field: string): string {
  if (!/^[A-Za-z-]+$/.test(field)) return field;
  const words = field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|-+/g) ?? [field];
  return words
    .map(word => (acronyms.test(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ');
}
