/** Whether the process of a pid file is the keeper that wrote it: process ids are used again by the system. */
import { statSync } from 'node:fs';
import { isShellKeeperOf } from './shell.js';

/** How often a keeper in Node shows that it lives. */
export const beatMs = 500;
/** Without a sign for so long, it is somebody else who has its process id now. */
const silenceMs = 30_000;

/** What a pid file says: "KEEPER CHILD", and 'node' after it when the keeper is not a shell. */
export interface PidFile {
  keeper: number;
  /** The component's own process, once there is one; it may be between two lives. */
  child: number | undefined;
  inNode: boolean;
}

/** undefined for what no keeper wrote. */
export function parsePidFile(text: string): PidFile | undefined {
  const words = text.trim().split(' ');
  const inNode = words.at(-1) === 'node';
  const [keeper, child] = words.map(Number);
  return keeper ? { keeper, child: child || undefined, inNode } : undefined;
}

export function isKeeperOf(file: string, { keeper, inNode }: PidFile, now: number): boolean {
  if (!inNode) return isShellKeeperOf(file, keeper);
  const beat = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return beat !== undefined && Math.abs(now - beat) < silenceMs && isThere(keeper);
}

/** Whether there is a process with that id. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
