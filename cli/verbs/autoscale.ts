/** `autoscale`: an autoscaler for what has a scale, by the use of processors. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags, wholeNumber } from '../flags.js';
import type { CreateOptions } from '../objects/create.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface AutoscaleFlags extends Omit<GlobalFlags, 'namespace'>, CreateOptions, SelectionFlags {
  namespace?: string;
  max: number;
  min?: number;
  cpuPercent?: number;
  name?: string;
}

export function addAutoscale(program: Command): void {
  const command = addGlobalFlags(program.command('autoscale [type] [names...]')).summary(
    'let the use of processors say how many replicas there are',
  );
  addSelectionFlags(command, { filename: 'what this manifest names' })
    .requiredOption('--max <number>', 'at most so many', wholeNumber)
    .option('--min <number>', 'at least so many', wholeNumber)
    .option('--cpu-percent <number>', 'the share of the requested processors that should be used', wholeNumber)
    .option('--name <name>', "the autoscaler's name (default: that of what it scales)")
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the autoscaler: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: AutoscaleFlags) => {
      const { autoscale } = await import('./autoscale-run.js');
      await autoscale([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
