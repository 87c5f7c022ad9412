/**
 * The cluster's background processes. Each has a keeper that starts it again when it dies (at once the first time, then with
 * a growing pause), so that a killed component heals as it would under systemd: on Linux a shell loop, elsewhere a Node.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../api/clock.js';
import { isKeeperOf, isThere, type PidFile, parsePidFile } from './keeper/identity.js';
import { hasShellKeeper, shellKeeper } from './keeper/shell.js';
import type { Layout } from './layout.js';

export interface ProcessSpec {
  /** Names the log and the pid file. */
  name: string;
  /** What `orrery component` is told to run. */
  components: readonly string[];
  /** Of which of several control planes, from 1. */
  controlPlane?: number;
  /** It serves nodes by the hundred: it is to be quick rather than small. */
  large?: boolean;
}

export const nodeSpec: ProcessSpec = { name: 'node', components: ['kubelet', 'proxy'] };

/** Three processes: the API server, the loops, the node. Each component still has an identity of its own. */
export const processSpecs: readonly ProcessSpec[] = [
  { name: 'apiserver', components: ['apiserver'] },
  { name: 'controllers', components: ['controllers', 'scheduler'] },
  nodeSpec,
];

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const keeperMain = fileURLToPath(new URL('./keeper/main.js', import.meta.url));
const pidFile = (layout: Layout, name: string): string => join(layout.run, `${name}.pid`);
export const logFile = (layout: Layout, name: string): string => join(layout.logs, `${name}.log`);

/** How wide a column is in which processes' names stand. */
export const columnFor = (names: readonly string[]): number => Math.max(12, ...names.map(name => name.length + 1));

/** In bytes; 0 before the first line. */
export const logSize = (layout: Layout, name: string): number =>
  statSync(logFile(layout, name), { throwIfNoEntry: false })?.size ?? 0;

/**
 * A cluster should be small when idle: young generations of a few megabytes, and code that is compiled for size (some 20 MB
 * less for the loops and the node). Loops and nodes by the hundred are compiled for speed: they take a third less processor time.
 * So is the API server, which copies a fifth less garbage with twice the room, and
 * collects it when the heap has doubled: left to itself, V8 lets it grow to three times what is in use. (Sooner would cost
 * more than it saves: at 1.7 times, each list of thousands of pods began a collection, and took twice the processor.)
 * One thread beside its own does that with a tenth less processor time than four, which wait for each other on a small machine.
 */
function engineFlags(components: readonly string[], large: boolean): string[] {
  if (components.includes('apiserver'))
    return ['--max-semi-space-size=8', '--heap-growing-percent=100', '--v8-pool-size=1'];
  return large ? ['--max-semi-space-size=16', '--v8-pool-size=1'] : ['--max-semi-space-size=4', '--optimize-for-size'];
}

/**
 * glibc keeps what a busy minute freed, and after the first large piece keeps ever larger ones. Said to, it gives back what is
 * large at once: the API server's objects lie in such pieces (apiserver/cache/shelves.ts). Other C libraries do not ask.
 */
const allocation = ['MALLOC_MMAP_THRESHOLD_=262144', 'MALLOC_TRIM_THRESHOLD_=2097152'];

/** A command of ours, as another process says it. */
export const orreryCommand = (...words: string[]): string[] => [process.execPath, main, ...words];

/** The command of a process. */
export const componentCommand = (
  layout: Layout,
  { name, components, controlPlane, large = false }: ProcessSpec,
): string[] => [
  ...(components.includes('apiserver') && process.platform === 'linux' ? ['/usr/bin/env', ...allocation] : []),
  process.execPath,
  ...engineFlags(components, large),
  main,
  'component',
  ...components,
  '--data-dir',
  layout.dataDir,
  '--process',
  name,
  ...(controlPlane === undefined ? [] : ['--control-plane', String(controlPlane)]),
];

const nodeKeeper = (file: string, hopeless: string, command: readonly string[]): string[] => [
  process.execPath,
  '--max-semi-space-size=1',
  '--optimize-for-size',
  keeperMain,
  file,
  hopeless,
  ...command,
];

export const startProcess = (layout: Layout, spec: ProcessSpec): void =>
  keepCommand(layout, spec.name, componentCommand(layout, spec));

export interface Keeping {
  /** The command and its keeper live within what these words lead into, such as a network namespace. */
  within?: readonly string[];
  /** The exit code that says that starting again cannot help: 2 unless said, as our own programs mean it. */
  hopeless?: number | 'none';
}

/** Runs a command in the background, started again whenever it ends, its output appended to the log of that name. */
export function keepCommand(
  layout: Layout,
  name: string,
  command: readonly string[],
  { within = [], hopeless = 2 }: Keeping = {},
): void {
  mkdirSync(layout.run, { recursive: true });
  mkdirSync(layout.logs, { recursive: true });
  const log = openSync(logFile(layout, name), 'a');
  rmSync(pidFile(layout, name), { force: true });
  const keeper = hasShellKeeper() ? shellKeeper : nodeKeeper;
  const [program = '', ...words] = [...within, ...keeper(pidFile(layout, name), String(hopeless), command)];
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    windowsHide: true,
  });
  child.unref();
  closeSync(log);
  writeFirst(pidFile(layout, name), `${child.pid}${keeper === nodeKeeper ? ' node' : ''}`);
}

/** A keeper can be stopped as soon as it is there; it has its component's id to add when that is there too. */
function writeFirst(file: string, words: string): void {
  try {
    writeFileSync(file, `${words}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Nothing was started since it was last taken down: the folder of the process ids comes first and goes last. */
export const isDown = (layout: Layout): boolean => !existsSync(layout.run);

/** The kept process of that name, if it really is one of ours. */
export function keptProcess(layout: Layout, name: string): PidFile | undefined {
  const file = pidFile(layout, name);
  const kept = readPidFile(file);
  return kept && isKeeperOf(file, kept, Date.now()) ? kept : undefined;
}

function readPidFile(file: string): PidFile | undefined {
  try {
    return parsePidFile(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The names of those of the cluster that are alive, whatever its configuration says by now. */
export function runningIn(layout: Layout): string[] {
  const files = isDown(layout) ? [] : readdirSync(layout.run).filter(file => file.endsWith('.pid'));
  return files.map(file => file.slice(0, -'.pid'.length)).filter(name => keptProcess(layout, name));
}

/** Asks the process to stop, waits, and ends it by force after `patienceMs`. */
export async function stopProcess(layout: Layout, name: string, clock: Clock, patienceMs = 8000): Promise<boolean> {
  const kept = keptProcess(layout, name);
  if (!kept) return false;
  process.kill(kept.keeper, 'SIGTERM');
  const deadline = clock.now() + patienceMs;
  while (!isGone(pidFile(layout, name), kept)) {
    if (clock.now() > deadline) {
      for (const pid of [kept.keeper, keptProcess(layout, name)?.child ?? (kept.inNode ? kept.child : undefined)])
        killHard(pid);
      break;
    }
    await clock.sleep(20);
  }
  rmSync(pidFile(layout, name), { force: true });
  return true;
}

/** A keeper takes its pid file away as the last thing, unless, on Windows, it could not hear that it is to stop. */
const isGone = (file: string, kept: PidFile): boolean =>
  kept.inNode
    ? !existsSync(file) || ![kept.keeper, kept.child].some(pid => pid !== undefined && isThere(pid))
    : !isKeeperOf(file, kept, Date.now());

function killHard(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself meanwhile.
  }
}

/** Resident memory in bytes; undefined when there is no such process. */
export function residentBytes(pid: number): number | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m);
    return line?.[1] ? Number(line[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}
