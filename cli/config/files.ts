/** The kubeconfig files of this user: read as one, and each entry changed in the file that holds it. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isObject } from '../../api/json.js';
import { parseYaml, YamlError } from '../../api/yaml.js';
import { kubeconfigPaths } from '../../client/kubeconfig/file.js';
import { changeKubeconfig, type KubeconfigFile } from '../cluster/user-kubeconfig.js';
import { Failure } from '../failure.js';

export type Section = 'contexts' | 'clusters' | 'users';

/** An entry is its name, and what it holds under the section's singular. */
export interface Entry {
  name: string;
  [field: string]: unknown;
}

export const singular = { contexts: 'context', clusters: 'cluster', users: 'user' } as const;

/** What the entry of that section holds. */
export const body = (section: Section, entry: Entry | undefined): Record<string, unknown> =>
  (entry?.[singular[section]] ?? {}) as Record<string, unknown>;

export const entries = (file: KubeconfigFile, section: Section): Entry[] => (file[section] ?? []) as Entry[];

export const find = (file: KubeconfigFile, section: Section, name: string | undefined): Entry | undefined =>
  entries(file, section).find(entry => entry.name === name);

export const pathsOf = (explicit: string | undefined): string[] => kubeconfigPaths(explicit, process.env, homedir());

function read(path: string): KubeconfigFile {
  if (!existsSync(path)) return {};
  const text = readFileSync(path, 'utf8');
  try {
    const file = text.trim() === '' ? {} : parseYaml(text);
    if (isObject(file)) return file as KubeconfigFile;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Failure(`${path}:${error.line}:${error.column}: ${error.reason}`);
  }
  throw new Failure(`${path} is not a kubeconfig: mend it or move it away`);
}

/** All of them as one, entries by name: the first to name one, or the current context, wins. `each` sees every file before that. */
export const readMerged = (
  explicit: string | undefined,
  each: (file: KubeconfigFile, path: string) => KubeconfigFile = file => file,
): KubeconfigFile => merged(pathsOf(explicit).map(path => each(read(path), path)));

export function merged(files: readonly KubeconfigFile[]): KubeconfigFile {
  const section = (name: Section): Entry[] => {
    const all = files.flatMap(file => entries(file, name));
    return all
      .filter((entry, index) => all.findIndex(other => other.name === entry.name) === index)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const current = files.map(file => file['current-context']).find(Boolean) ?? '';
  const { preferences, ...others } = files[0] ?? {};
  return {
    ...others,
    ...(Object.keys(preferences ?? {}).length > 0 ? { preferences } : {}),
    apiVersion: 'v1',
    kind: 'Config',
    clusters: section('clusters'),
    users: section('users'),
    contexts: section('contexts'),
    'current-context': current,
  };
}

/** Changes the first file for which `holds` is true, or else the first of all. Returns its path. */
export function change(
  explicit: string | undefined,
  holds: (file: KubeconfigFile) => boolean,
  how: (file: KubeconfigFile) => KubeconfigFile,
): string {
  const paths = pathsOf(explicit);
  const path = paths.find(candidate => holds(read(candidate))) ?? paths[0] ?? '';
  const owner = { home: homedir(), uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  changeKubeconfig({ path, owner }, how);
  return path;
}

/** The file with the entry set to these fields (undefined removes one), added where it is not there. */
export function withEntry(
  file: KubeconfigFile,
  section: Section,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): KubeconfigFile {
  const before = find(file, section, name);
  const after = Object.fromEntries(
    Object.entries({ ...body(section, before), ...fields }).filter(([, value]) => value !== undefined),
  );
  const entry = { ...before, name, [singular[section]]: after };
  const list = entries(file, section);
  return {
    apiVersion: 'v1',
    kind: 'Config',
    ...file,
    [section]: before ? list.map(other => (other === before ? entry : other)) : [...list, entry],
  };
}
