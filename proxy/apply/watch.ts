/** Tells when rules have been taken away, so that an undisturbed rule set costs no processor time. */
import { spawn } from 'node:child_process';
import type { Clock } from '../../api/clock.js';
import { run } from './command.js';

/** How often to look where nobody tells. */
const lookEveryMs = 700;

/**
 * Calls `disturbed` whenever rules may be missing, until the signal aborts: upon an event of nf_tables, and where there
 * are none (the legacy tables, no nft installed) every 700 ms.
 */
export async function watchTables(clock: Clock, disturbed: () => void, signal: AbortSignal): Promise<void> {
  if ((await run('iptables', ['--version'])).includes('nf_tables')) await untilEventsEnd(disturbed, signal);
  while (!signal.aborted) {
    await clock.sleep(lookEveryMs, signal);
    if (!signal.aborted) disturbed();
  }
}

/** Resolves when nft cannot be started, is killed, or gave up because the kernel dropped events. */
function untilEventsEnd(disturbed: () => void, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    // setpriv ends it with us, even when we are killed: an orphan would wait for ever for an event.
    const command = ['--pdeathsig', 'TERM', 'nft', 'monitor', 'destroy'];
    const monitor = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'ignore'], signal });
    monitor.stdout.on('data', disturbed);
    monitor.once('error', () => resolve());
    monitor.once('exit', () => resolve());
  });
}
