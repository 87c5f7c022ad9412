/**
 * A part of a volume as a mount of its own. A container can write links into its volume, so the path is resolved
 * first, has to lie inside the volume, and is then opened one name after the other without following links: what
 * is bound is what was checked, even if the container exchanges it meanwhile.
 */
import { closeSync, constants, mkdirSync, openSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { isMounted, mount } from './mounts.js';

/** Linux's O_PATH, which Node does not name: a handle to a place, not to its content. */
const oPath = 0o10000000;
const handleFlags = oPath | constants.O_NOFOLLOW;

/** Binds `volume/subPath` to `target`, made as a directory where it does not exist yet. Throws when it leads outside. */
export async function bindSubPath(volume: string, subPath: string, target: string): Promise<void> {
  if (await isMounted(target)) return;
  const root = realpathSync(volume);
  const names = namesInside(root, subPath);
  const handle = openInside(root, names);
  try {
    const source = `/proc/${process.pid}/fd/${handle}`;
    if (isDirectory(handle)) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, '');
    }
    await mount(['--no-canonicalize', '--bind', source, target]);
  } finally {
    closeSync(handle);
  }
}

/** The names from the volume to the place, links resolved. */
export function namesInside(root: string, subPath: string): string[] {
  const wanted = resolve(root, `.${sep}${subPath}`);
  let existing = wanted;
  const missing: string[] = [];
  for (;;) {
    try {
      existing = realpathSync(existing);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      missing.unshift(existing.slice(existing.lastIndexOf(sep) + 1));
      existing = dirname(existing);
    }
  }
  const inside = relative(root, existing);
  if (inside.split(sep)[0] === '..' || subPath.split(sep).includes('..'))
    throw new Error(`subPath ${JSON.stringify(subPath)} leads out of the volume`);
  return [...inside.split(sep).filter(Boolean), ...missing];
}

function openInside(root: string, names: readonly string[]): number {
  let handle = openSync(root, handleFlags | constants.O_DIRECTORY);
  for (const name of names) {
    const path = `/proc/self/fd/${handle}/${name}`;
    let next: number;
    try {
      next = openSync(path, handleFlags);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(path, 0o755);
      next = openSync(path, handleFlags);
    } finally {
      closeSync(handle);
    }
    handle = next;
  }
  return handle;
}

function isDirectory(handle: number): boolean {
  try {
    closeSync(openSync(`/proc/self/fd/${handle}/.`, oPath));
    return true;
  } catch {
    return false;
  }
}
