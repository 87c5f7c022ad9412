/** `apply`: makes the cluster hold what the manifests say. */
import type { Command } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags } from '../flags.js';
import type { FileFlags } from '../objects/files.js';
import type { DryRun, Validation } from '../objects/manifests.js';
import { dryRunFlag, validationFlag } from './write-flags.js';

export interface ApplyFlags extends GlobalFlags, FileFlags {
  serverSide?: boolean;
  forceConflicts?: boolean;
  fieldManager?: string;
  dryRun?: DryRun;
  validate?: Validation;
  output?: string;
}

export function addApply(program: Command): void {
  addGlobalFlags(program.command('apply'))
    .summary('make the cluster hold what manifests say')
    .option('-f, --filename <file>', 'a manifest, a folder of them, or - (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('--server-side', 'let the server merge')
    .option('--force-conflicts', 'take over fields that others manage (with --server-side)')
    .option('--field-manager <name>', 'who is said to have set the fields')
    .addOption(dryRunFlag())
    .addOption(validationFlag())
    .option('-o, --output <format>', 'show the objects: yaml, json, name, jsonpath=...')
    .action(async (flags: ApplyFlags) => {
      const { apply } = await import('./apply-run.js');
      await apply(flags);
    });
}
