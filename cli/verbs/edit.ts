/** `edit`: an object in your editor, then back. */
import { type Command, Option } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags } from '../flags.js';
import type { FileFlags } from '../objects/files.js';

export interface EditFlags extends GlobalFlags, FileFlags {
  output?: 'yaml' | 'json';
}

export function addEdit(program: Command): void {
  addGlobalFlags(program.command('edit [type] [names...]'))
    .summary('change an object in your editor ($KUBE_EDITOR, $EDITOR, or vi)')
    .option('-f, --filename <file>', 'the object of this manifest (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .addOption(new Option('-o, --output <format>', 'how it is shown').choices(['yaml', 'json']))
    .action(async (type: string | undefined, names: string[], flags: EditFlags) => {
      const { edit } = await import('./edit-run.js');
      await edit([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
