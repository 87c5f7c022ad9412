/** What a containerd has started and what goes on without it, found by its arguments and environment in /proc. */
import { readdir, readFile } from 'node:fs/promises';
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
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async pid => ({ pid: Number(pid), ...(await describe(pid)) })));
  return found.filter(({ args }) => args.length > 0);
}

/** Of a process that has ended meanwhile there are no arguments. */
async function describe(pid: string): Promise<Pick<Process, 'parent' | 'args'>> {
  const [line, status] = await Promise.all([textOf(pid, 'cmdline'), textOf(pid, 'stat')]);
  // The program's name stands in brackets, and may hold any character.
  const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
  return { parent, args: line.split('\0').filter(Boolean) };
}

const textOf = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

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
    const environment = (await textOf(String(pid), 'environ')).split('\0');
    if (environment.some(line => line.startsWith(`CNI_NETNS=${state}/`))) return true;
  }
  return false;
}
