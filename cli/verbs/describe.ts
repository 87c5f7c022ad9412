/** `describe`: an object with its state, its surroundings and its events, for people. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';

export interface DescribeFlags extends GlobalFlags, SelectionFlags {
  showEvents?: 'true' | 'false';
}

export function addDescribe(program: Command): void {
  const command = addGlobalFlags(program.command('describe [type] [names...]')).summary('tell all about objects');
  addSelectionFlags(command, { filename: 'what this manifest names', everywhere: true })
    .option('--show-events [yes]', 'with the events about each (default: of a single object that is named whole)')
    .action(async (type: string | undefined, names: string[], flags: DescribeFlags) => {
      const { describe } = await import('./describe-run.js');
      await describe([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
