/** Debian's python3-kubernetes (22.6, of Kubernetes 1.22), run unmodified: it knows nothing of this server. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/sources.js';

const folder = join(root, 'test/compat/python');
/** Debian's own comes last: a python3 that is found first may be another, without Debian's modules. */
const pythons = ['python3', '/usr/bin/python3'];

/** A Python that has the client; undefined where there is none. */
export const pythonWithClient = (): string | undefined =>
  pythons.find(python => spawnSync(python, ['-c', 'import kubernetes'], { stdio: 'ignore' }).status === 0);

/** 'test_pages_follow_each_other' of the file's unittest classes. */
export const testsOf = (file: string): string[] =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/^ {4}def (test_\w+)\(self\)/gm)].map(([, name]) => name ?? '');

/** Runs a file of unittests; answers what each one came to, by name. `prefix` is a command to run it under. */
export function runTests(
  file: string,
  { python, kubeconfig, prefix = [] }: { python: string; kubeconfig: string; prefix?: readonly string[] },
): Promise<(name: string) => string> {
  const [command = '', ...args] = [...prefix, python, '-W', 'ignore', join(folder, file), '-v'];
  // Proxies of the machine are none of the cluster's; and no folder of bytecode stays behind.
  const env = { PATH: process.env.PATH, KUBECONFIG: kubeconfig, NO_PROXY: '*', PYTHONDONTWRITEBYTECODE: '1' };
  return new Promise(resolve => {
    execFile(command, args, { env, timeout: 120_000 }, (_error, _stdout, stderr) => {
      const passed = new Set([...stderr.matchAll(/^(test_\w+) .*\.\.\. ok$/gm)].map(([, name]) => name));
      resolve(name => (passed.has(name) ? 'ok' : stderr));
    });
  });
}
