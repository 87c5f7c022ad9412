/** A program of one of Debian's packages as a child process on loopback, with a folder of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../tools/sources.js';

/**
 * The path of a program, which tools/test.sh unpacks beside the build (installed, it would start a service of the
 * machine); or its name where the PATH has one; undefined where there is none that this machine can run.
 */
export const programOf = (folder: string, name: string): string | undefined =>
  [join(root, 'dist', folder, 'usr/bin', name), name].find(
    program => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );

export interface Daemon {
  /** Of its HTTP server. Undefined when it does not answer (yet); rejects when the program has ended. */
  get<T>(path: string): Promise<T | undefined>;
  stop(): Promise<void>;
}

/** `files` are written into its folder; `flags` are made of the folder and of its own address, '127.0.0.1:9090'. */
export async function startDaemon(
  program: string,
  files: Readonly<Record<string, string>>,
  flags: (inside: (name: string) => string, address: string) => readonly string[],
): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-daemon-'));
  const inside = (name: string): string => join(folder, name);
  for (const [name, text] of Object.entries(files)) await writeFile(inside(name), text);
  const address = `127.0.0.1:${await freePort()}`;
  // It ends with the tests, however they end.
  const words = ['--pdeathsig', 'KILL', program, ...flags(inside, address)];
  const child = spawn('setpriv', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise(resolve => child.once('exit', resolve).once('error', resolve));
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log = (log + text.toString()).slice(-4000);
  });
  return {
    async get<T>(path: string) {
      if (child.exitCode !== null) throw new Error(`${program} has ended; its log ends:\n${log}`);
      const response = await fetch(`http://${address}${path}`).catch(() => undefined);
      return response?.ok ? ((await response.json()) as T) : undefined;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
