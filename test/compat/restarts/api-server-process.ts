/** An API server in a process of its own, on lmdb, to be killed. Run as a program (it forks itself) it is that process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { systemClock } from '../../../api/clock.js';
import { startApiServer } from '../../../apiserver/main.js';

const thisFile = fileURLToPath(import.meta.url);

export interface ApiServerProcess {
  port: number;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
}

/** Resolves when it serves. `port` 0 is any. */
export async function forkApiServer(dataDir: string, port: number): Promise<ApiServerProcess> {
  const child: ChildProcess = fork(thisFile, [dataDir, String(port)], { stdio: 'inherit' });
  const gone = once(child, 'exit');
  const ended = gone.then(([code]) => Promise.reject(new Error(`the API server ended with code ${code}`)));
  const [said] = (await Promise.race([once(child, 'message'), ended])) as [number];
  ended.catch(() => undefined);
  return {
    port: said,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

if (process.argv[1] === thisFile) {
  const [dataDir = '', port] = process.argv.slice(2);
  // A parent that is gone wants no more of it.
  process.once('disconnect', () => process.exit());
  const server = await startApiServer({
    dataDir,
    datastore: 'lmdb',
    bindAddress: '127.0.0.1',
    port: Number(port),
    advertiseAddress: '127.0.0.1',
    serviceCidr: '10.96.0.0/16',
    log: pino({ level: 'silent' }),
    clock: systemClock,
  });
  process.send?.(server.port);
}
