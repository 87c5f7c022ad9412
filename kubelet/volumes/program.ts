/** Running a program of the system that may never answer, as those that touch a distant file system may. */
import { spawn } from 'node:child_process';

/** It took longer than it may, and was killed. */
export class Unanswered extends Error {}

export interface ProgramOptions {
  /** 0: as long as it likes. */
  timeoutMs?: number;
  cwd?: string;
}

/**
 * Answers what it printed. Throws with what it said when it fails. Killed with all that it has started: a mount that is given up
 * must not come about later.
 */
export function run(
  program: string,
  args: string[],
  { timeoutMs = 0, cwd = '/' }: ProgramOptions = {},
): Promise<string> {
  const line = [program, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
      });
    const giveUp = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      reject(new Unanswered(`${line} took longer than ${timeoutMs / 1000} s`));
    };
    const timer = timeoutMs > 0 ? setTimeout(giveUp, timeoutMs) : undefined;
    child.once('error', error => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(said.stdout);
      else reject(new Error(`Command failed: ${line}\n${said.stderr.trim() || `it ended with ${code ?? signal}`}`));
    });
  });
}
