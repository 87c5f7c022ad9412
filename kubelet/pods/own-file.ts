/** Files of the kubelet's own that are mounted into containers. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes the file hold the content. One that does already is left alone: another container of the pod may be reading it,
 * and would find it empty while it is written. (It cannot be replaced: the mount is of the file that was there.)
 */
export async function ensureFile(path: string, content: string, mode: number): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === content) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  // As a mode of writeFile it would lose what the umask takes away: any user may write the reason of its end.
  await chmod(path, mode);
}
