/** What is wrong with an applied configuration before anything is merged: unknown fields, shapes, items told twice. */
import { isObject, type JsonObject } from '../json.js';
import { elementText, itemElement, NoIdentity } from './path-element.js';
import { type FieldType, fieldTypeOf, type ListType, type MapType, typeFor } from './type.js';

/** So many are told; who has more mends these first. */
const maxProblems = 100;

/** '.spec.foo: field not declared in schema', at most `maxProblems`. */
export function checkApplied(type: FieldType, value: unknown): string[] {
  const problems: string[] = [];
  check(type, value, '', problems);
  return problems;
}

/** Several problems in the form of one message. */
export const problemText = (problems: readonly string[]): string =>
  problems.length === 1 ? (problems[0] as string) : ['errors:', ...problems.map(problem => `  ${problem}`)].join('\n');

function check(type: FieldType, value: unknown, path: string, problems: string[]): void {
  if (value === null || value === undefined || problems.length >= maxProblems) return;
  const read = typeFor(type, value);
  const say = (why: string): void => {
    problems.push(path === '' ? why : `${path}: ${why}`);
  };
  if (read.kind === 'map') {
    if (isObject(value)) checkMap(read, value, path, problems);
    else say(`expected map, got ${shown(value)}`);
  } else if (read.kind === 'list') {
    if (Array.isArray(value)) checkList(read, value, path, problems);
    else say(`expected list, got ${shown(value)}`);
  } else if (type.kind === 'scalar' && typeof value === 'object') say(`expected scalar, got ${shown(value)}`);
}

function checkMap(type: MapType, value: JsonObject, path: string, problems: string[]): void {
  for (const name of Object.keys(value)) {
    const fieldType = fieldTypeOf(type, name);
    if (fieldType) check(fieldType, value[name], `${path}.${name}`, problems);
    else if (problems.length < maxProblems) problems.push(`${path}.${name}: field not declared in schema`);
  }
}

function checkList(type: ListType, items: readonly unknown[], path: string, problems: string[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (problems.length >= maxProblems) return;
    try {
      const element = itemElement(type, item, index);
      const text = elementText(element);
      if (seen.has(element)) problems.push(`${path}: duplicate entries for key ${text}`);
      seen.add(element);
      check(type.items, item, path + text, problems);
    } catch (error) {
      if (!(error instanceof NoIdentity)) throw error;
      problems.push(`${path}: element ${index}: ${error.message}`);
    }
  }
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
};
