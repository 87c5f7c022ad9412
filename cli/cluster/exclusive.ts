/**
 * One `up`, `down` or `reset` at a time for a cluster: two that interleave would start its processes twice. The lock is a
 * socket without a file, which the kernel takes away with its process, so that none is ever left behind.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { Failure } from '../failure.js';

/** Throws a Failure when another process holds the cluster of this data directory. */
export async function exclusively<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  // Such a name has 107 bytes at most, and a path may have more.
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex');
  const lock = await take(`\0orrery-${name}`, dataDir);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

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
