/** `replace`: objects that exist become what manifests say, whatever they were. */
import type { Command } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags, wholeNumber } from '../flags.js';
import type { FileFlags } from '../objects/files.js';
import type { DryRun, Validation } from '../objects/manifests.js';
import { dryRunFlag, validationFlag } from './write-flags.js';

export interface ReplaceFlags extends GlobalFlags, FileFlags {
  force?: boolean;
  gracePeriod?: number;
  dryRun?: DryRun;
  validate?: Validation;
  fieldManager: string;
  output?: string;
}

export function addReplace(program: Command): void {
  addGlobalFlags(program.command('replace'))
    .summary('make objects that exist what manifests say, whatever they were')
    .option('-f, --filename <file>', 'a manifest, a folder of them, or - (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('--force', 'delete what is there, and create it anew')
    .option('--grace-period <seconds>', 'how long pods may take to end (with --force)', wholeNumber)
    .option('--field-manager <name>', 'who is said to have set the fields', 'kubectl-replace')
    .addOption(dryRunFlag())
    .addOption(validationFlag())
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .action(async (flags: ReplaceFlags) => {
      const { replace } = await import('./replace-run.js');
      await replace(flags);
    });
}
