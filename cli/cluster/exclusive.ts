/**
 * One `up`, `down` or `reset` at a time for a cluster: two that interleave would start its processes twice. The lock is a
 * socket without a file (on Linux) or a named pipe (on Windows), which the system takes away with its process, so that none is ever
 * left behind. Elsewhere it has a file: one at which nobody listens is of a process that is no more.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '../failure.js';

/** Throws a Failure when another process holds the cluster of this data directory. */
export async function exclusively<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const { name, isFile } = lockOf(resolve(dataDir), process.platform);
  if (isFile && !(await somebodyListens(name))) rmSync(name, { force: true });
  const lock = await take(name, dataDir);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/** A socket's name has 107 bytes at most, of a file on macOS 103, and a path may have more. */
export function lockOf(dataDir: string, platform: NodeJS.Platform): { name: string; isFile: boolean } {
  const hash = createHash('sha256').update(dataDir).digest('hex');
  if (platform === 'linux') return { name: `\0orrery-${hash}`, isFile: false };
  if (platform === 'win32') return { name: `\\\\.\\pipe\\orrery-${hash}`, isFile: false };
  return { name: join(tmpdir(), `orrery-${hash.slice(0, 16)}.lock`), isFile: true };
}

const somebodyListens = (name: string): Promise<boolean> =>
  new Promise(answer => {
    const socket = connect(name)
      .once('connect', () => answer(true))
      .once('error', () => answer(false))
      .once('close', () => socket.destroy());
  });

function take(name: string, dataDir: string): Promise<Server> {
  return new Promise((resolveLock, reject) => {
    const lock = createServer(socket => socket.destroy());
    lock.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Failure(`another command is starting or stopping the cluster in ${dataDir}: wait until it is done.`)
          : error,
      ),
    );
    lock.listen(name, () => resolveLock(lock));
  });
}
