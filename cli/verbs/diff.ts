/** `diff`: what `apply` would change. */
import type { Command } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags } from '../flags.js';
import type { FileFlags } from '../objects/files.js';

export interface DiffFlags extends GlobalFlags, FileFlags {
  serverSide?: boolean;
  forceConflicts?: boolean;
  fieldManager?: string;
  showManagedFields?: boolean;
}

export function addDiff(program: Command): void {
  addGlobalFlags(program.command('diff'))
    .summary('show what applying manifests would change (exit code 1 when it would)')
    .option('-f, --filename <file>', 'a manifest, a folder of them, or - (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('--server-side', 'let the server merge')
    .option('--force-conflicts', 'take over fields that others manage (with --server-side)')
    .option('--field-manager <name>', 'who would be said to have set the fields')
    .option('--show-managed-fields', 'with who manages which field')
    .action(async (flags: DiffFlags) => {
      const { diff } = await import('./diff-run.js');
      process.exitCode = await diff(flags);
    });
}
