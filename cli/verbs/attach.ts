/** `attach`: to what runs in a container already. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, type GlobalFlags } from '../flags.js';

export interface AttachFlags extends GlobalFlags {
  container?: string;
  stdin?: boolean;
  tty?: boolean;
  quiet?: boolean;
  podRunningTimeout: number;
}

export function addAttach(program: Command): void {
  addGlobalFlags(program.command('attach <pod>'))
    .summary('see what a container says from now on, and talk to it')
    .option('-c, --container <name>', 'to this container')
    .option('-i, --stdin', 'with what is typed here')
    .option('-t, --tty', 'as a terminal')
    .option('-q, --quiet', 'only what the container says')
    .option('--pod-running-timeout <duration>', 'how long to wait for the pod', durationMs, 60_000)
    .action(async (pod: string, flags: AttachFlags) => {
      const { attach } = await import('./attach-run.js');
      await attach(pod, flags);
    });
}
