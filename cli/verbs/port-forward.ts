/** `port-forward`: ports of this machine that lead into a pod. */
import type { Command } from 'commander';
import { addGlobalFlags, collectList, durationMs, type GlobalFlags } from '../flags.js';

export interface PortForwardFlags extends GlobalFlags {
  address?: string[];
  podRunningTimeout: number;
}

export function addPortForward(program: Command): void {
  addGlobalFlags(program.command('port-forward <pod> <ports...>'))
    .summary('let ports of this machine lead into a pod, or one behind a service')
    .usage('<pod | type/name> [local:]port ... [options]')
    .option('--address <address>', 'where to listen here (default localhost; may be repeated)', collectList)
    .option('--pod-running-timeout <duration>', 'how long to wait for the pod', durationMs, 60_000)
    .action(async (pod: string, ports: string[], flags: PortForwardFlags) => {
      const { portForward } = await import('./port-forward-run.js');
      await portForward(pod, ports, flags);
    });
}
