/** The entries of a config map or secret, as `create` takes them: --from-literal and --from-file. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../failure.js';

export interface EntryFlags {
  fromLiteral?: string[];
  fromFile?: string[];
}

/** Each key once. Throws a Failure that names the flag's value, the file or the key. */
export function entriesOf(flags: EntryFlags): [key: string, value: Buffer][] {
  const literals = (flags.fromLiteral ?? []).map(literal);
  const all = [...literals, ...(flags.fromFile ?? []).flatMap(fromFile)];
  const twice = all.find(([key], index) => all.findIndex(([other]) => other === key) !== index);
  if (twice) throw new Failure(`cannot add key "${twice[0]}", another key by that name already exists`);
  return all;
}

function literal(text: string): [string, Buffer] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new Failure(`invalid literal source ${text}, expected key=value`);
  return [text.slice(0, equals), Buffer.from(text.slice(equals + 1))];
}

function fromFile(text: string): [string, Buffer][] {
  const equals = text.indexOf('=');
  const path = text.slice(equals + 1);
  try {
    if (!statSync(path).isDirectory())
      return [[equals < 0 ? basename(path) : text.slice(0, equals), readFileSync(path)]];
    if (equals >= 0) throw new Failure(`cannot give a key name for a directory path: ${text}`);
    const files = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isFile());
    return files.map(({ name }) => [name, readFileSync(join(path, name))]);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`error reading ${path}: ${(error as Error).message}`);
  }
}

/** Text stands in `data`; what is not UTF-8 in `binaryData`, as base64. */
export function dataOf(entries: readonly (readonly [string, Buffer])[]): {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
} {
  const isText = (value: Buffer): boolean => Buffer.from(value.toString('utf8'), 'utf8').equals(value);
  const texts = entries.filter(([, value]) => isText(value)).map(([key, value]) => [key, value.toString('utf8')]);
  const others = entries.filter(([, value]) => !isText(value)).map(([key, value]) => [key, value.toString('base64')]);
  return {
    ...(texts.length > 0 ? { data: Object.fromEntries(texts) as Record<string, string> } : {}),
    ...(others.length > 0 ? { binaryData: Object.fromEntries(others) as Record<string, string> } : {}),
  };
}
