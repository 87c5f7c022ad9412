/** Mounting, and what is mounted. */
import { readFile, rm } from 'node:fs/promises';
import { type ProgramOptions, run, Unanswered } from './program.js';

/** What was written is to reach a distant server before it is let go: as long as Kubernetes waits for that. */
const unmountPatienceMs = 60_000;

/** Throws with what `mount` printed. After so many milliseconds it is ended; relative paths are those of `cwd`. */
export async function mount(args: string[], options: ProgramOptions = {}): Promise<void> {
  await run('mount', args, options);
}

/** By force when whoever serves it does not answer. The path is as the kernel has it: to look at it might take for ever. */
async function unmount(path: string): Promise<void> {
  const options = { timeoutMs: unmountPatienceMs };
  try {
    await run('umount', ['--no-canonicalize', path], options);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    await run('umount', ['--no-canonicalize', '--force', path], options);
  }
}

/** Paths of all mounts at or below a directory, the deepest first. */
export async function mountsBelow(dir: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .map(line => unescaped(line.split(' ')[4] ?? ''))
    .filter(path => path === dir || path.startsWith(`${dir}/`))
    .reverse();
}

export const isMounted = async (path: string): Promise<boolean> => (await mountsBelow(path)).includes(path);

/** mountinfo writes space, tab, newline and backslash in octal. */
const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Removes a directory with all that is mounted in it. It refuses to delete through a mount that does not go away: what
 * is behind it is the host's.
 */
export async function removeWithMounts(dir: string): Promise<void> {
  await unmountBelow(dir);
  await rm(dir, { recursive: true, force: true });
}

/** At it, too. Throws when a mount does not go away. */
export async function unmountBelow(dir: string): Promise<void> {
  for (const path of await mountsBelow(dir)) await unmount(path);
  const left = await mountsBelow(dir);
  if (left.length > 0) throw new Error(`${left.join(', ')} is still mounted, so ${dir} is left as it is`);
}
