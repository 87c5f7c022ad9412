/** `delete`: by name, by label, or what manifests say. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, type GlobalFlags, wholeNumber } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface DeleteFlags extends GlobalFlags, SelectionFlags {
  gracePeriod?: number;
  now?: boolean;
  force?: boolean;
  wait?: 'true' | 'false';
  timeout?: number;
  cascade: 'background' | 'foreground' | 'orphan' | 'true' | 'false';
  ignoreNotFound?: boolean;
  dryRun?: DryRun;
  output?: string;
}

export function addDelete(program: Command): void {
  const command = addGlobalFlags(program.command('delete [type] [names...]')).summary('delete objects');
  addSelectionFlags(command, { filename: 'what this manifest names', all: true, everywhere: true, fields: true })
    .option('--grace-period <seconds>', 'how long pods have to end', wholeNumber)
    .option('--now', 'a grace period of 1 second')
    .option('--force', 'with --grace-period=0: forget the object at once, whatever still runs')
    .option('--wait [yes]', 'return when the objects are gone (default true)')
    .option('--timeout <duration>', 'how long to wait (0 is as long as it takes)', durationMs)
    .option('--cascade <how>', 'what becomes of dependents: background, foreground or orphan', 'background')
    .option('--ignore-not-found', 'an absent object is not an error')
    .option('-o, --output <format>', 'name: only the names')
    .addOption(dryRunFlag())
    .action(async (type: string | undefined, names: string[], flags: DeleteFlags) => {
      const { deleteObjects } = await import('./delete-run.js');
      await deleteObjects([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
