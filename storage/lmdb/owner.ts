/**
 * Who has a store open. The owner's record lies in the store itself and is read and written in one lmdb write
 * transaction, whose mutex the operating system frees when its holder dies: no two processes can both find it vacant.
 */
import { readFileSync } from 'node:fs';

export interface Owner {
  pid: number;
  /** When the process started: tells it from a later one with the same id. */
  started: string;
}

export function thisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid) ?? '' };
}

export const isAlive = (owner: Owner): boolean => startOf(owner.pid) === owner.started;

/** The boot and the clock tick at which a process started; undefined when there is no such process. */
function startOf(pid: number): string | undefined {
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
