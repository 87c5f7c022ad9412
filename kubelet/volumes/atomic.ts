/**
 * Files that change all at once: they live in a directory of their own, `..data` is a symbolic link to it, and every
 * visible name a link through that. Replacing one link shows a reader the old files or the new ones, never a mixture.
 */
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PayloadFile } from './payload.js';

const dataLink = '..data';

export interface WriteOptions {
  /** The group that may read the files (fsGroup). */
  group?: number;
}

/** Answers whether anything changed. */
export async function writeAtomically(
  dir: string,
  files: readonly PayloadFile[],
  { group }: WriteOptions = {},
): Promise<boolean> {
  await mkdir(dir, { recursive: true });
  const old = await readlink(join(dir, dataLink)).catch(() => undefined);
  if (old !== undefined && (await holdsExactly(join(dir, old), files))) return false;
  const fresh = `..${new Date().toISOString().slice(0, 19).replace(/[-:T]/g, '_')}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFiles(join(dir, fresh), files, group);
  } catch (error) {
    // Where there is no room for all of them, what there is room for must not stay.
    await rm(join(dir, fresh), { recursive: true, force: true });
    throw error;
  }
  await replaceLink(join(dir, dataLink), fresh);
  await linkNames(dir, files);
  if (old !== undefined) await rm(join(dir, old), { recursive: true, force: true });
  return true;
}

async function writeFiles(dir: string, files: readonly PayloadFile[], group: number | undefined): Promise<void> {
  await mkdir(dir);
  await chmod(dir, 0o755);
  for (const { path, content, mode, owner } of files) {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (group !== undefined || owner !== undefined) await chown(file, owner ?? 0, group ?? 0);
    await chmod(file, group === undefined ? mode : mode | 0o440);
  }
}

async function replaceLink(link: string, target: string): Promise<void> {
  const temporary = `${link}_tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/** The top name of every file's path is a link; names that are gone lose theirs. */
async function linkNames(dir: string, files: readonly PayloadFile[]): Promise<void> {
  const names = new Set(files.map(file => file.path.split('/')[0] ?? ''));
  for (const name of names) {
    const there = await lstat(join(dir, name)).catch(() => undefined);
    if (!there) await symlink(join(dataLink, name), join(dir, name));
  }
  for (const name of await readdir(dir)) if (!name.startsWith('..') && !names.has(name)) await rm(join(dir, name));
}

async function holdsExactly(dir: string, files: readonly PayloadFile[]): Promise<boolean> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.filter(entry => entry.isFile()).length !== files.length) return false;
  for (const { path, content, mode } of files) {
    const file = join(dir, path);
    const [now, stat] = await Promise.all([readFile(file).catch(() => undefined), lstat(file).catch(() => undefined)]);
    // With a group, bits are added to the mode; they never take any away.
    if (!now?.equals(content) || ((stat?.mode ?? 0) & mode) !== mode) return false;
  }
  return true;
}
