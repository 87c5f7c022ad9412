/** What directories and file systems hold. */
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './program.js';

export interface Use {
  bytes: number;
  inodes: number;
}

const nothing: Use = { bytes: 0, inodes: 0 };

export const sum = (uses: readonly Use[]): Use =>
  uses.reduce((all, { bytes, inodes }) => ({ bytes: all.bytes + bytes, inodes: all.inodes + inodes }), nothing);

/** What files take on disk below a directory, itself included. Links are not followed, nor what vanishes meanwhile. */
export async function usage(dir: string): Promise<Use> {
  const own = await lstat(dir).catch(() => undefined);
  if (!own) return nothing;
  const here = { bytes: own.blocks * 512, inodes: 1 };
  if (!own.isDirectory()) return here;
  const names = await readdir(dir).catch(() => []);
  // One after the other: a directory of a million files must not have a million of them open.
  let below = nothing;
  for (const name of names) below = sum([below, await usage(join(dir, name))]);
  return sum([here, below]);
}

export interface FileSystem {
  capacityBytes: number;
  availableBytes: number;
  usedBytes: number;
  inodes: number;
  inodesFree: number;
  inodesUsed: number;
}

type Counts = Record<'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree', number>;

const described = ({ blocks, bfree, bavail, bsize, files, ffree }: Counts): FileSystem => ({
  capacityBytes: blocks * bsize,
  availableBytes: bavail * bsize,
  usedBytes: (blocks - bfree) * bsize,
  inodes: files,
  inodesFree: ffree,
  inodesUsed: files - ffree,
});

/** Of the file system that a path is on. */
export const fileSystem = async (path: string): Promise<FileSystem> => described(await statfs(path));

const distantPatienceMs = 5_000;

/**
 * The same of another machine's. Throws when that does not answer: a call from here would then hold one of the few threads
 * that this process has for all of its files.
 */
export async function distantFileSystem(path: string): Promise<FileSystem> {
  const text = await run('stat', ['-f', '-c', '%S %b %f %a %c %d', path], { timeoutMs: distantPatienceMs });
  const [bsize = 0, blocks = 0, bfree = 0, bavail = 0, files = 0, ffree = 0] = text.trim().split(' ').map(Number);
  return described({ bsize, blocks, bfree, bavail, files, ffree });
}
