/** `wait`: until objects are as they should be. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, type GlobalFlags } from '../flags.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';

export interface WaitFlags extends GlobalFlags, SelectionFlags {
  for: string;
  timeout: number;
  output?: string;
}

export function addWait(program: Command): void {
  const command = addGlobalFlags(program.command('wait [type] [names...]')).summary(
    'wait until objects are as they should be',
  );
  addSelectionFlags(command, { filename: 'for what this manifest names', all: true, everywhere: true, fields: true })
    .requiredOption('--for <condition>', 'condition=Ready[=False], delete, create, jsonpath={...}[=value]')
    .option('--timeout <duration>', 'how long for each (0 looks once, less than 0 waits a week)', durationMs, 30_000)
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: WaitFlags) => {
      const { wait } = await import('./wait-run.js');
      await wait([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
