/** fsGroup on a volume that was there before its pod: everything in it is handed to the group. */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const setgid = 0o2000;

/** The mode of a file or directory that a group is to read and write; what is made in a directory is the group's too. */
export const sharedMode = (mode: number, isDirectory: boolean): number =>
  (mode & 0o7777) | 0o660 | (isDirectory ? setgid | 0o110 : 0);

/** With `OnRootMismatch` nothing is touched where the directory itself is right already. Links are not followed. */
export async function giveToGroup(dir: string, group: number, policy = 'Always'): Promise<void> {
  const root = await lstat(dir);
  const isRight = root.gid === group && (root.mode & 0o7777) === sharedMode(root.mode, true);
  if (policy === 'OnRootMismatch' && isRight) return;
  await give(dir, group);
}

/** From the inside out: a kubelet that dies over it leaves a directory that is not right yet. */
async function give(path: string, group: number): Promise<void> {
  const stat = await lstat(path);
  if (stat.isDirectory()) for (const name of await readdir(path)) await give(join(path, name), group);
  if (stat.gid !== group) await lchown(path, stat.uid, group);
  if (stat.isSymbolicLink()) return;
  const mode = sharedMode(stat.mode, stat.isDirectory());
  if ((stat.mode & 0o7777) !== mode) await chmod(path, mode);
}
