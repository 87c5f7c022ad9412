/**
 * JSON as Go's encoder writes it: keys in order, and <, > and & escaped. kubectl prints objects so, and apply's memory
 * of the last manifest is such a text, which must be the same whoever applied last.
 */
import { isObject, type JsonObject, own, put } from '../../api/json.js';

/** `indent` as JSON.stringify has it. */
export const goJson = (value: unknown, indent?: number): string =>
  JSON.stringify(sorted(value), null, indent).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value).sort()) put(result, key, sorted(own(value, key)));
  return result;
}

/** A value as Go's fmt prints it (%v): what kubectl's custom columns show of maps and lists. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map(key => `${key}:${goText(own(value, key))}`).join(' ')}]`;
}
