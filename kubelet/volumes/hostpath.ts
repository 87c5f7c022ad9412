/** hostPath: checks that what is there is what the volume's type says, and makes it where the type allows that. */
import { lstat, mkdir, open, stat } from 'node:fs/promises';
import type { Volume } from '../../api/types.js';

type HostPath = NonNullable<Volume['hostPath']>;

/** Throws with Kubernetes' wording when the check fails. */
export async function prepareHostPath({ path, type = '' }: HostPath): Promise<void> {
  if (type === '') return;
  if (type === 'DirectoryOrCreate' && !(await exists(path))) await mkdir(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate' && !(await exists(path))) await (await open(path, 'a', 0o644)).close();
  const check = checks[type];
  if (!check) throw new Error(`hostPath type ${type} is not known`);
  const found = await stat(path).catch(() => undefined);
  if (!found || !check.is(found)) throw new Error(`hostPath type check failed: ${path} is not ${check.what}`);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

type Stats = Awaited<ReturnType<typeof stat>>;

const directory = { what: 'a directory', is: (s: Stats) => s.isDirectory() };
const file = { what: 'a file', is: (s: Stats) => s.isFile() };
const checks: Record<string, { what: string; is: (s: Stats) => boolean }> = {
  Directory: directory,
  DirectoryOrCreate: directory,
  File: file,
  FileOrCreate: file,
  Socket: { what: 'a socket file', is: s => s.isSocket() },
  CharDevice: { what: 'a character device', is: s => s.isCharacterDevice() },
  BlockDevice: { what: 'a block device', is: s => s.isBlockDevice() },
};
