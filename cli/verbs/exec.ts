/** `exec`: a command inside a container. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface ExecFlags extends GlobalFlags {
  container?: string;
  stdin?: boolean;
  tty?: boolean;
  quiet?: boolean;
}

export function addExec(program: Command): void {
  addGlobalFlags(program.command('exec <pod> [command...]'))
    .summary('run a command in a container')
    .usage('<pod> [-c container] [-i] [-t] -- command [args...]')
    .option('-c, --container <name>', 'in this container')
    .option('-i, --stdin', 'with what is typed here')
    .option('-t, --tty', 'as a terminal')
    .option('-q, --quiet', 'only what the command says')
    .action(async (pod: string, command: string[], flags: ExecFlags) => {
      const { exec } = await import('./exec-run.js');
      process.exitCode = await exec(pod, command, flags);
    });
}
