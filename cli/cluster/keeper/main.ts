/**
 * The keeper of every other system, in Node: `node main.js PIDFILE HOPELESS COMMAND...`. It is known by its pid file, whose
 * time it sets anew as long as it lives. A component of ours is told through its channel that the keeper is gone, on
 * Windows also to stop, where there are no signals.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../../api/clock.js';
import { beatMs } from './identity.js';
import { pauseAfter } from './pause.js';

const [pidFile = '', hopeless, program = '', ...words] = process.argv.slice(2);
const stopping = new AbortController();
let child: ChildProcess | undefined;

function start(): ChildProcess {
  const ours = program === process.execPath;
  const started = spawn(program, words, {
    stdio: ours ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'inherit', 'inherit'],
    windowsHide: true,
  });
  writeFileSync(`${pidFile}.new`, `${process.pid} ${started.pid} node\n`);
  renameSync(`${pidFile}.new`, pidFile);
  return started;
}

/** The exit code; 127, as a shell's, when it cannot be started. */
async function ended(of: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(of, 'exit')) as [number | null, string | null];
    return String(code ?? signal);
  } catch (error) {
    process.stderr.write(`${program} cannot be started: ${(error as Error).message}\n`);
    return '127';
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stopping.abort();
    child?.kill('SIGTERM');
  });
const beating = setInterval(() => {
  const now = new Date();
  try {
    utimesSync(pidFile, now, now);
  } catch {
    // Its folder was removed, or it is not written yet.
  }
}, beatMs);

let remembered = 0;
let exitCode = 0;
while (!stopping.signal.aborted) {
  const began = systemClock.now();
  child = start();
  const code = await ended(child);
  if (stopping.signal.aborted) break;
  if (code === hopeless) {
    exitCode = 2;
    break;
  }
  const { pause, remember } = pauseAfter(remembered, systemClock.now() - began);
  remembered = remember;
  await systemClock.sleep(pause * 1000, stopping.signal);
}
clearInterval(beating);
rmSync(pidFile, { force: true });
process.exit(exitCode);
