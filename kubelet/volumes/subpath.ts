/**
 * A part of a volume as a mount of its own. A container can write links into its volume, so the path is resolved
 * first, has to lie inside the volume, and is then opened one name after the other without following links: what
 * is bound is what was checked, even if the container exchanges it meanwhile.
 */
import { closeSync, constants, mkdirSync, openSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { isMounted, mount, mountsBelow } from './mounts.js';

/** Linux's O_PATH, which Node does not name: a handle to a place, not to its content. */
const oPath = 0o10000000;
const handleFlags = oPath | constants.O_NOFOLLOW;

/**
 * Binds `volume/subPath` to `target`. Where it does not exist yet it is made as a directory, unless the volume cannot be
 * written to. Throws when it leads outside, or to nothing.
 */
export async function bindSubPath(volume: string, subPath: string, target: string): Promise<void> {
  if (!(await isMounted(target))) await bind(volume, subPath, target, ['--bind']);
}

/**
 * The same with all that is mounted below, and nothing of it can be written to: what a runtime makes read-only is the
 * top alone. An empty subPath is the whole volume.
 */
export async function bindReadOnly(volume: string, subPath: string, target: string): Promise<void> {
  // Private: what is unmounted here stays mounted there. In one command, as a kubelet may be killed between two.
  if (!(await isMounted(target))) await bind(volume, subPath, target, ['--rbind', '--make-rprivate']);
  for (const path of await mountsBelow(target)) await mount(['-o', 'remount,bind,ro', path]);
}

async function bind(volume: string, subPath: string, target: string, how: readonly string[]): Promise<void> {
  const root = realpathSync(volume);
  const names = namesInside(root, subPath);
  const handle = openInside(root, names, 'make');
  try {
    const source = `/proc/${process.pid}/fd/${handle}`;
    if (isDirectory(handle)) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, '');
    }
    await mount(['--no-canonicalize', ...how, source, target]);
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
    throw new Error(`${JSON.stringify(subPath)} leads out of the volume`);
  return [...inside.split(sep).filter(Boolean), ...missing];
}

/** A handle to the place. What is missing on the way is made as directories, or throws ENOENT. */
export function openInside(root: string, names: readonly string[], missing: 'make' | 'throw'): number {
  let handle = openSync(root, names.length > 0 ? handleFlags | constants.O_DIRECTORY : handleFlags);
  for (const name of names) {
    const path = `/proc/self/fd/${handle}/${name}`;
    let next: number;
    try {
      next = openSync(path, handleFlags);
    } catch (error) {
      if (missing === 'throw' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      makeDirectory(path, names.join(sep));
      next = openSync(path, handleFlags);
    } finally {
      closeSync(handle);
    }
    handle = next;
  }
  return handle;
}

function makeDirectory(path: string, subPath: string): void {
  try {
    mkdirSync(path, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
    throw new Error(`subPath ${JSON.stringify(subPath)} does not exist in the volume, which is read-only`);
  }
}

function isDirectory(handle: number): boolean {
  try {
    closeSync(openSync(`/proc/self/fd/${handle}/.`, oPath));
    return true;
  } catch {
    return false;
  }
}
