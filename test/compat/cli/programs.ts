/** The two programs that are compared, each run as a user runs it: our CLI, and kubectl where the machine has one. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { kubectls } from '../../../apiserver/testing/kubectl.js';

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string;
  env?: Readonly<Record<string, string>>;
  /** Called with all that was written so far; true interrupts the program as by Ctrl-C. */
  until?(stdout: string): boolean;
}

export type Program = (args: readonly string[], options?: RunOptions) => Promise<Result>;

/** The compiled CLI beside a compiled test, the sources beside a test that is run from them. */
const main = fileURLToPath(new URL(`../../../cli/main${import.meta.url.slice(-3)}`, import.meta.url));
export const ourWords = main.endsWith('.ts') ? [process.execPath, '--import=tsx', main] : [process.execPath, main];

export const orrery = (kubeconfig: string): Program => program(ourWords, kubeconfig);

/** The kubectl here that is as old as our words; undefined where there is none. */
export function newKubectl(kubeconfig: string): Program | undefined {
  const newest = kubectls().at(-1);
  return newest?.minor === 36 ? program([newest.path], kubeconfig) : undefined;
}

function program([command = '', ...first]: readonly string[], kubeconfig: string): Program {
  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, NO_COLOR: '1', KUBECONFIG: kubeconfig, ...options.env };
      const child = spawn(command, [...first, ...args], { env, stdio: 'pipe' });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (options.until?.(stdout)) child.kill('SIGINT');
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('error', reject);
      child.once('close', code => resolve({ code, stdout, stderr }));
      child.stdin.on('error', () => undefined).end(options.input ?? '');
    });
}
