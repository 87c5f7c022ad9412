/**
 * One pass over a JSON text for what JSON.parse does not tell: fields that stand twice in one object (the last one
 * wins, silently), and nesting deeper than is meant. The text has been parsed, so it is known to be JSON.
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

export interface ScanResult {
  /** 'spec.containers[0].name', once for each field that is repeated; the first `maxProblems`. */
  duplicates: string[];
  /** The text nests deeper than was asked for; the scan stopped there. */
  tooDeep: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/** The index of the quote that ends the string which starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
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

const structural = /["{}[\],]/g;

export function scan(text: string, maxDepth: number): ScanResult {
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
      if (levels.length >= maxDepth) return { duplicates: [...duplicates], tooDeep: true };
      const isMap = character === '{';
      levels.push(isMap ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
      expectsName = isMap;
    }
  }
  return { duplicates: [...duplicates], tooDeep: false };
}
