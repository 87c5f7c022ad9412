/** The project's own TypeScript files, for the checks that read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The checkout's root, whether this runs from the sources or from dist/. */
export const root = here.includes('/dist/') ? join(here, '../..') : join(here, '..');

export const folders = [
  'api',
  'storage',
  'apiserver',
  'client',
  'controllers',
  'scheduler',
  'kubelet',
  'proxy',
  'cli',
  'test',
  'bench',
  'tools',
] as const;

export interface Source {
  /** Relative to the root: 'api/quantity.ts'. */
  path: string;
  text: string;
}

export function sources(): Source[] {
  return folders
    .flatMap(folder => filesBelow(join(root, folder)))
    .filter(path => path.endsWith('.ts'))
    .map(path => ({
      path: relative(root, path),
      text: readFileSync(path, 'utf8'),
    }));
}

/** The paths of all files in a folder and the folders below it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
