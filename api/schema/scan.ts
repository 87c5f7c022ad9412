/**
 * A JSON text, looked over for what JSON.parse does not tell: how deep it nests, and fields that stand twice in one object
 * (the last one wins, silently). The text has been parsed, so it is known to be JSON.
 */

/** So many problems are told; a body with more is no better understood by reading them all. */
export const maxProblems = 100;

/** One open object or array. */
interface Level {
  /** The fields seen so far; absent for an array. */
  names: Set<string> | undefined;
  /** The field, or the index, that is being read. */
  at: string | number;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The index of the quote that ends the string which starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    // Backslashes hide each other in pairs; the one that is left hides the quote.
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

function nameOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function pathOf(levels: readonly Level[]): string {
  return levels.reduce((path, { at }) => {
    if (typeof at === 'number') return `${path}[${at}]`;
    return path === '' ? at : `${path}.${at}`;
  }, '');
}

export interface Count {
  /** Fields of all objects together, those that stand twice counted twice. */
  fields: number;
  /** How deep it nests. */
  depth: number;
}

/** The cheap first look: where the value has as many fields as its text, none of them stands twice. */
export function count(text: string): Count {
  let [fields, depth, deepest] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case colon:
        fields++;
        break;
      case openBrace:
      case openBracket:
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case closeBrace:
      case closeBracket:
        depth--;
    }
  }
  return { fields, depth: deepest };
}

/** The fields of all objects within a value. It is known how deep it nests. */
export function fieldsIn(value: unknown): number {
  let fields = 0;
  if (Array.isArray(value)) for (const item of value) fields += fieldsIn(item);
  else if (typeof value === 'object' && value !== null) {
    for (const name in value) fields += 1 + fieldsIn((value as Record<string, unknown>)[name]);
  }
  return fields;
}

const structural = /["{}[\],]/g;

/** 'spec.containers[0].name', once for each field that is repeated; the first `maxProblems`. */
export function duplicatesIn(text: string): string[] {
  const levels: Level[] = [];
  const duplicates = new Set<string>();
  let expectsName = false;
  structural.lastIndex = 0;
  for (let found = structural.exec(text); found; found = structural.exec(text)) {
    const level = levels.at(-1);
    const character = found[0];
    if (character === '"') {
      const end = endOfString(text, found.index);
      if (expectsName && level?.names) {
        level.at = nameOf(text, found.index, end);
        if (level.names.has(level.at) && duplicates.size < maxProblems) duplicates.add(pathOf(levels));
        level.names.add(level.at);
        expectsName = false;
      }
      structural.lastIndex = end + 1;
    } else if (character === ',') {
      if (level?.names) expectsName = true;
      else if (typeof level?.at === 'number') level.at += 1;
    } else if (character === '}' || character === ']') {
      levels.pop();
      expectsName = false;
    } else {
      const isMap = character === '{';
      levels.push(isMap ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
      expectsName = isMap;
    }
  }
  return [...duplicates];
}
