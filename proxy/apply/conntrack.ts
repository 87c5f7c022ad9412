/** Forgets UDP flows to backends that are gone (model/flows.ts says which). */
import { networkInterfaces } from 'node:os';
import { parseFlows, staleFlows } from '../model/flows.js';
import type { State } from '../model/state.js';
import { CommandFailed, run } from './command.js';

/** Throws CommandFailed, also when conntrack is not installed. */
export async function forgetStaleFlows(state: State): Promise<void> {
  const flows = parseFlows(await run('conntrack', ['-L', '-p', 'udp']));
  const addresses = Object.values(networkInterfaces()).flatMap(all => (all ?? []).map(one => one.address));
  for (const { destination, port, answeredBy, answeringPort } of staleFlows(state, flows, addresses)) {
    const original = ['--orig-dst', destination, '--orig-port-dst', String(port)];
    const reply = ['--reply-src', answeredBy, '--reply-port-src', String(answeringPort)];
    await run('conntrack', ['-D', '-p', 'udp', ...original, ...reply]).catch(ignoreNoneFound);
  }
}

/** Meanwhile the last such flow has ended by itself: conntrack calls that a failure, with code 1. */
function ignoreNoneFound(error: unknown): void {
  if (!(error instanceof CommandFailed && error.code === 1 && /0 flow entries/.test(error.stderr))) throw error;
}
