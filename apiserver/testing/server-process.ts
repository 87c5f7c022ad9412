/** An API server in a process of its own, to be killed by tests. Run as a program (it forks itself), it starts one. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { type ApiServerOptions, startApiServer } from '../main.js';

export type ProcessOptions = Omit<ApiServerOptions, 'log' | 'clock' | 'onFatal'>;

const thisFile = fileURLToPath(import.meta.url);

/** Resolves once it is ready; rejects when it ends before. */
export async function startServerProcess(options: ProcessOptions): Promise<{ kill(): Promise<void> }> {
  const child: ChildProcess = fork(thisFile, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the server ended before it was ready (${signal ?? `exit code ${code}`})`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return {
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

if (process.argv[1] === thisFile) {
  // Whoever forked it ends: so does it.
  process.once('disconnect', () => process.exit(1));
  const options = JSON.parse(process.argv[2] as string) as ProcessOptions;
  await startApiServer({ ...options, log: pino({ level: process.env.ORRERY_LOG ?? 'silent' }), clock: systemClock });
  process.send?.('ready');
}
