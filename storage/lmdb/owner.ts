/**
 * Who has a store open. The owner's record lies in the store itself and is read and written in one lmdb write
 * transaction, whose mutex the operating system frees when its holder dies: no two processes can both find it vacant.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Owner {
  pid: number;
  /** When the process started: tells it from a later one with the same id. */
  started: string;
}

/** Both a process itself and `ps` may be wrong by a second. */
const toleranceMs = 3000;

/** Of a system without /proc. */
const startedAt = /^at (\d+)$/;

export function thisProcess(): Owner {
  const own = Math.round(Date.now() - process.uptime() * 1000);
  return { pid: process.pid, started: procStart(process.pid) ?? `at ${own}` };
}

/** When in doubt it is: a store that two write to is lost. */
export function isAlive({ pid, started }: Owner): boolean {
  const at = startedAt.exec(started);
  if (!at && procStart(process.pid) !== undefined) return procStart(pid) === started;
  if (!isThere(pid)) return false;
  const listed = at ? listedStart(pid) : undefined;
  return listed === undefined || Math.abs(listed - Number(at?.[1])) <= toleranceMs;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The boot and the clock tick at which a process started; undefined when there is no such process, or no /proc. */
function procStart(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  // The second field is the command in parentheses, and may hold anything; the 22nd is the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? undefined : `${boot} ${fields[19]}`;
}

/** By the system's `ps`, as macOS and the BSDs have it; undefined where nobody tells. */
function listedStart(pid: number): number | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const listed = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe', env });
    const ms = Date.parse(listed.trim());
    return Number.isNaN(ms) ? undefined : ms;
  } catch {
    return undefined;
  }
}
