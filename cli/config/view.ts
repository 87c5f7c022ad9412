/** What `config view` shows of a kubeconfig. Pure but for --flatten, which reads the files that entries name. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KubeconfigFile } from '../cluster/user-kubeconfig.js';
import { Failure } from '../failure.js';
import { body, type Entry, entries, find, type Section, singular } from './files.js';

/** What is hidden, and what stands in its place. */
const hidden: Record<string, string> = {
  'certificate-authority-data': 'DATA+OMITTED',
  'client-certificate-data': 'DATA+OMITTED',
  'client-key-data': 'DATA+OMITTED',
  token: 'REDACTED',
  password: 'REDACTED',
};

function mapEntries(
  file: KubeconfigFile,
  change: (fields: Record<string, unknown>) => Record<string, unknown>,
): KubeconfigFile {
  const section = (name: Section): Entry[] =>
    entries(file, name).map(entry => ({ ...entry, [singular[name]]: change(body(name, entry)) }));
  return { ...file, clusters: section('clusters'), users: section('users') };
}

export const withoutSecrets = (file: KubeconfigFile): KubeconfigFile =>
  mapEntries(file, fields =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, value === undefined ? value : (hidden[field] ?? value)]),
    ),
  );

/** Only the context in use, and what it names. */
export function minified(file: KubeconfigFile, context = file['current-context']): KubeconfigFile {
  const chosen = find(file, 'contexts', context);
  if (!chosen)
    throw new Failure(context ? `cannot locate context ${context}` : 'current-context must exist in order to minify');
  const { cluster, user } = body('contexts', chosen);
  return {
    ...file,
    'current-context': chosen.name,
    contexts: [chosen],
    clusters: entries(file, 'clusters').filter(({ name }) => name === cluster),
    users: entries(file, 'users').filter(({ name }) => name === user),
  };
}

const fileFields = ['certificate-authority', 'client-certificate', 'client-key'];

/** With what certificates and keys the entries name by path inside, so that the file stands alone. */
export const flattened = (file: KubeconfigFile, path: string): KubeconfigFile =>
  mapEntries(file, fields => {
    const inside = fileFields.flatMap(field => {
      const named = fields[field];
      if (typeof named !== 'string') return [];
      return [[`${field}-data`, embedded(resolve(dirname(path), named))] as const];
    });
    const others = Object.entries(fields).filter(([field]) => !fileFields.includes(field));
    return Object.fromEntries([...others, ...inside]);
  });

/** A file as base64. */
export function embedded(path: string): string {
  try {
    return readFileSync(path).toString('base64');
  } catch (error) {
    throw new Failure(`could not read ${path}: ${(error as Error).message}`);
  }
}
