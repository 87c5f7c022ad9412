/**
 * Files that change all at once: they live in a directory of their own, `..data` is a symbolic link to it, and every
 * visible name a link through that. Replacing one link shows a reader the old files or the new ones, never a mixture.
 *
 * They are in memory, where no call waits for a disk: each is made at once, as sending it to another thread and back
 * would take several times as long as what it does.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PayloadFile } from './payload.js';

const dataLink = '..data';

export interface WriteOptions {
  /** The group that may read the files (fsGroup). */
  group?: number;
}

/** Answers whether anything changed. */
export function writeAtomically(dir: string, files: readonly PayloadFile[], { group }: WriteOptions = {}): boolean {
  mkdirSync(dir, { recursive: true });
  const old = ifThere(() => readlinkSync(join(dir, dataLink)));
  if (old !== undefined && holdsExactly(join(dir, old), files)) return false;
  const fresh = `..${new Date().toISOString().slice(0, 19).replace(/[-:T]/g, '_')}.${randomBytes(4).toString('hex')}`;
  try {
    writeFiles(join(dir, fresh), files, group);
  } catch (error) {
    // Where there is no room for all of them, what there is room for must not stay.
    rmSync(join(dir, fresh), { recursive: true, force: true });
    throw error;
  }
  replaceLink(join(dir, dataLink), fresh);
  linkNames(dir, files);
  if (old !== undefined) rmSync(join(dir, old), { recursive: true, force: true });
  return true;
}

function writeFiles(dir: string, files: readonly PayloadFile[], group: number | undefined): void {
  mkdirSync(dir);
  chmodSync(dir, 0o755);
  for (const { path, content, mode, owner } of files) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (group !== undefined || owner !== undefined) chownSync(file, owner ?? 0, group ?? 0);
    chmodSync(file, group === undefined ? mode : mode | 0o440);
  }
}

function replaceLink(link: string, target: string): void {
  const temporary = `${link}_tmp`;
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, link);
}

/** The top name of every file's path is a link; names that are gone lose theirs. */
function linkNames(dir: string, files: readonly PayloadFile[]): void {
  const names = new Set(files.map(file => file.path.split('/')[0] ?? ''));
  for (const name of names) {
    if (!ifThere(() => lstatSync(join(dir, name)))) symlinkSync(join(dataLink, name), join(dir, name));
  }
  for (const name of readdirSync(dir)) if (!name.startsWith('..') && !names.has(name)) rmSync(join(dir, name));
}

function holdsExactly(dir: string, files: readonly PayloadFile[]): boolean {
  const entries = ifThere(() => readdirSync(dir, { recursive: true, withFileTypes: true })) ?? [];
  if (entries.filter(entry => entry.isFile()).length !== files.length) return false;
  for (const { path, content, mode } of files) {
    const file = join(dir, path);
    const now = ifThere(() => readFileSync(file));
    const stat = ifThere(() => lstatSync(file));
    // With a group, bits are added to the mode; they never take any away.
    if (!now?.equals(content) || ((stat?.mode ?? 0) & mode) !== mode) return false;
  }
  return true;
}

function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
