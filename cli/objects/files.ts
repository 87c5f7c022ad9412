/** Manifests: files, folders and standard input, each with any number of YAML or JSON documents. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../api/json.js';
import type { AnyObject } from '../../api/types.js';
import { parseYamlDocuments, YamlError } from '../../api/yaml.js';
import { Failure } from '../failure.js';

export interface Manifest {
  object: AnyObject;
  /** The file it came from, for messages; 'STDIN'. */
  source: string;
}

export interface FileFlags {
  filename?: string[];
  recursive?: boolean;
}

const readable = /\.(ya?ml|json)$/;

/** In the order given; a folder's files by name; a List's items one by one. Throws a Failure that says where. */
export function readManifests(flags: FileFlags): Manifest[] {
  return (flags.filename ?? []).flatMap(path => filesOf(path, flags.recursive ?? false)).flatMap(readFile);
}

function filesOf(path: string, recursive: boolean): string[] {
  if (path === '-') return [path];
  if (/^https?:\/\//.test(path))
    throw new Failure(`${path}: manifests are read from files, not addresses: download it first.`);
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new Failure(`the path "${path}" does not exist`);
  }
  if (!isFolder) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) return recursive ? filesOf(inside, true) : [];
      return readable.test(entry.name) ? [inside] : [];
    });
}

function readFile(path: string): Manifest[] {
  const source = path === '-' ? 'STDIN' : path;
  return parseManifests(readFileSync(path === '-' ? 0 : path, 'utf8'), source);
}

export function parseManifests(text: string, source: string): Manifest[] {
  let documents: unknown[];
  try {
    documents = parseYamlDocuments(text);
  } catch (error) {
    if (error instanceof YamlError) throw new Failure(`${source}:${error.line}:${error.column}: ${error.reason}`);
    throw error;
  }
  return documents
    .flatMap((document, index) => objectsIn(document, `${source}, document ${index + 1}`))
    .map(object => ({ object, source }));
}

function objectsIn(document: unknown, where: string): AnyObject[] {
  if (!isObject(document)) throw new Failure(`${where}: an object with apiVersion and kind is expected`);
  const { apiVersion, kind, items } = document;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, `${where}, item ${index + 1}`));
  }
  if (typeof apiVersion !== 'string' || apiVersion === '') throw new Failure(`${where}: apiVersion not set`);
  if (typeof kind !== 'string' || kind === '') throw new Failure(`${where}: kind not set`);
  const metadata = document.metadata ?? {};
  if (!isObject(metadata)) throw new Failure(`${where}: metadata must be an object`);
  return [{ ...document, apiVersion, kind, metadata }];
}
