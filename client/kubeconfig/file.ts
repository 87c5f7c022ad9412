/**
 * kubeconfig files as kubectl reads them: a list of files merged so that the first to say something wins, and
 * relative paths inside a file taken from that file's folder.
 */
import { readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parseYaml } from '../../api/yaml.js';

/** What is wrong with a kubeconfig: the file, and the mend, in one sentence. */
export class KubeconfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubeconfigError';
  }
}

export type Fields = Record<string, unknown>;

/** A named entry, and the file that it was read from. */
export interface Entry {
  name: string;
  fields: Fields;
  file: string;
}

export interface Kubeconfig {
  /** The files that were read, in the order of their precedence. */
  files: string[];
  currentContext?: string;
  contexts: Map<string, Entry>;
  clusters: Map<string, Entry>;
  users: Map<string, Entry>;
}

/** The files that kubectl would look at: --kubeconfig alone, else $KUBECONFIG's list, else ~/.kube/config. */
export function kubeconfigPaths(
  explicit: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string[] {
  if (explicit !== undefined) return [explicit];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(path => path !== '');
  return listed.length > 0 ? [...new Set(listed)] : [join(home, '.kube', 'config')];
}

/** Reads and merges. A file that is absent is passed over, unless `required`. */
export function readKubeconfig(paths: readonly string[], required = false): Kubeconfig {
  const merged: Kubeconfig = { files: [], contexts: new Map(), clusters: new Map(), users: new Map() };
  for (const path of paths) {
    const text = readText(path, required);
    if (text === undefined) continue;
    merged.files.push(path);
    mergeInto(merged, parse(text, path), path);
  }
  return merged;
}

function readText(path: string, required: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !required) return undefined;
    const why = code === 'ENOENT' ? 'it does not exist' : code === 'EACCES' ? 'permission denied' : String(error);
    throw new KubeconfigError(
      `kubeconfig ${path} cannot be read: ${why}; name another with --kubeconfig or KUBECONFIG`,
      {
        cause: error,
      },
    );
  }
}

function parse(text: string, path: string): Fields {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    throw new KubeconfigError(`kubeconfig ${path} is not YAML: ${(error as Error).message}`, { cause: error });
  }
  if (document === undefined || document === null) return {};
  return asFields(document, path, 'the file');
}

function mergeInto(merged: Kubeconfig, document: Fields, path: string): void {
  const current = text(document['current-context'], path, 'current-context');
  if (merged.currentContext === undefined && current) merged.currentContext = current;
  mergeEntries(merged.contexts, document.contexts, 'context', path);
  mergeEntries(merged.clusters, document.clusters, 'cluster', path);
  mergeEntries(merged.users, document.users, 'user', path);
}

function mergeEntries(into: Map<string, Entry>, list: unknown, what: string, path: string): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list)) throw new KubeconfigError(`kubeconfig ${path}: ${what}s must be a list`);
  for (const item of list as unknown[]) {
    const entry = asFields(item, path, `an entry of ${what}s`);
    const name = text(entry.name, path, `${what}s[].name`);
    if (!name) throw new KubeconfigError(`kubeconfig ${path}: an entry of ${what}s has no name`);
    if (into.has(name)) continue;
    const fields = entry[what] === undefined || entry[what] === null ? {} : asFields(entry[what], path, what);
    into.set(name, { name, fields, file: path });
  }
}

function asFields(value: unknown, path: string, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new KubeconfigError(`kubeconfig ${path}: ${what} must be a mapping`);
}

/** A string field; undefined when absent. */
export function text(value: unknown, path: string, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new KubeconfigError(`kubeconfig ${path}: ${field} must be a string`);
}

/** PEM or a token that stands in the entry as base64 (`X-data`), or in a file (`X`), the former first. */
export function dataOrFile(entry: Entry, field: string): string | undefined {
  const data = text(entry.fields[`${field}-data`], entry.file, `${field}-data`);
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const named = text(entry.fields[field], entry.file, field);
  return named ? readReferenced(entry, field, named) : undefined;
}

/** A path in an entry, from the folder of the file it stands in. */
export const pathIn = (entry: Entry, named: string): string =>
  isAbsolute(named) ? named : resolve(dirname(entry.file), named);

export function readReferenced(entry: Entry, field: string, named: string): string {
  const path = pathIn(entry, named);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new KubeconfigError(
      `kubeconfig ${entry.file}: ${field} of "${entry.name}" names ${path}, which cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      { cause: error },
    );
  }
}
