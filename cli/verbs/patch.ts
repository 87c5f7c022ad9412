/** `patch`: a change in one of three languages. */
import { type Command, Option } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags } from '../flags.js';
import type { FileFlags } from '../objects/files.js';
import type { DryRun } from '../objects/manifests.js';
import { dryRunFlag } from './write-flags.js';

export interface PatchFlags extends GlobalFlags, FileFlags {
  patch?: string;
  patchFile?: string;
  type: 'strategic' | 'merge' | 'json';
  subresource?: string;
  dryRun?: DryRun;
  output?: string;
}

export function addPatch(program: Command): void {
  addGlobalFlags(program.command('patch [type] [names...]'))
    .summary('change fields of an object')
    .option('-p, --patch <json>', 'the patch, as JSON or YAML')
    .option('--patch-file <file>', 'the file with the patch')
    .addOption(
      new Option('--type <language>', 'of the patch').choices(['strategic', 'merge', 'json']).default('strategic'),
    )
    .option('-f, --filename <file>', 'the object of this manifest (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('--subresource <name>', 'of this part of the object (status, scale)')
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the object: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: PatchFlags) => {
      const { patch } = await import('./patch-run.js');
      await patch([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
