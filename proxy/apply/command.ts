/** Runs a program with an input, and answers what it wrote. */
import { spawn } from 'node:child_process';

/** The program could not be started (`code` undefined), or ended with a code other than 0. */
export class CommandFailed extends Error {
  constructor(
    command: string,
    readonly code: number | undefined,
    readonly stderr: string,
  ) {
    super(`${command} ${code === undefined ? 'could not be started' : `ended with code ${code}`}: ${stderr.trim()}`);
    this.name = 'CommandFailed';
  }
}

/** Answers stdout. Throws CommandFailed. */
export function run(command: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', chunk => out.push(chunk));
    child.stderr.on('data', chunk => err.push(chunk));
    child.on('error', error => reject(new CommandFailed(command, undefined, error.message)));
    child.on('close', code => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new CommandFailed(command, code ?? -1, Buffer.concat(err).toString()));
    });
    // A program that ends before it has read everything says why on stderr.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
