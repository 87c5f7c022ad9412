/** What a containerd has started and what goes on without it, found by its arguments and environment in /proc. */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Clock } from '../../api/clock.js';
import type { ContainerdPaths } from './config.js';

export interface Process {
  pid: number;
  parent: number;
  args: readonly string[];
}

export interface Shim {
  pid: number;
  /** The sandbox that it was started for; it holds all containers of that sandbox. */
  id: string;
}

/** The shim's own commands: it starts itself in the background, and later removes what is left. */
const commands = ['start', 'delete'];
const patienceMs = 10_000;

const after = (args: readonly string[], flag: string): string | undefined => args[args.indexOf(flag) + 1];

const isShimOf = (args: readonly string[], socket: string): boolean =>
  args[0]?.endsWith('/containerd-shim-runc-v2') === true &&
  args.includes('-address') &&
  after(args, '-address') === socket;

/** The shims of the containerd at that socket. Pure. */
export const shimsAmong = (processes: readonly Process[], socket: string): Shim[] =>
  processes
    .filter(({ args }) => isShimOf(args, socket) && !commands.includes(args.at(-1) ?? ''))
    .map(({ pid, args }) => ({ pid, id: after(args, '-id') ?? '' }));

export async function processes(): Promise<Process[]> {
  const found: Process[] = [];
  for (const [i, name] of (await readdir('/proc')).entries()) {
    // The kernel answers at once; whoever else waits has a turn now and then.
    if (i % readAtOnce === 0) await new Promise(setImmediate);
    if (/^\d+$/.test(name)) found.push(...describe(name));
  }
  return found;
}

/** Read one after the other, a file of /proc costs a tenth of the time that it takes in the background. */
const readAtOnce = 50;

/** A process that has ended meanwhile, like one of the kernel's own, has no arguments. */
function describe(pid: string): Process[] {
  const args = textOf(pid, 'cmdline').split('\0').filter(Boolean);
  if (args.length === 0) return [];
  const status = textOf(pid, 'stat');
  // The program's name stands in brackets, and may hold any character.
  const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
  return [{ pid: Number(pid), parent, args }];
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Resolves when all that a killed containerd had begun has ended: network plug-ins and the starting of shims go on
 * without it, and what they make would not be found before. What hangs is not waited for.
 */
export async function untilFinished(paths: ContainerdPaths, clock: Clock): Promise<void> {
  for (const start = clock.now(); clock.now() - start < patienceMs; await clock.sleep(20))
    if (!(await hasUnfinished(paths))) return;
}

async function hasUnfinished({ socket, state }: ContainerdPaths): Promise<boolean> {
  for (const { pid, args } of await processes()) {
    if (isShimOf(args, socket) && commands.includes(args.at(-1) ?? '')) return true;
    const environment = textOf(String(pid), 'environ').split('\0');
    if (environment.some(line => line.startsWith(`CNI_NETNS=${state}/`))) return true;
  }
  return false;
}
