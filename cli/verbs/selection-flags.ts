/** The flags by which verbs choose objects, as objects/targets.ts reads them. */
import type { Command } from 'commander';
import { collectList } from '../flags.js';

export interface SelectionHelp {
  /** What -f means to the verb. */
  filename: string;
  /** Which of the others the verb has. */
  all?: boolean;
  everywhere?: boolean;
  fields?: boolean;
}

export function addSelectionFlags(command: Command, has: SelectionHelp): Command {
  command
    .option('-f, --filename <file>', `${has.filename} (a file, a folder, or -; may be repeated)`, collectList)
    .option('-R, --recursive', 'folders with those inside')
    .option('-l, --selector <labels>', 'those with these labels (a=b,c!=d,e in (f,g))');
  if (has.all) command.option('--all', 'all objects of the kind');
  if (has.fields) command.option('--field-selector <fields>', 'those with these fields (status.phase=Running)');
  if (has.everywhere) command.option('-A, --all-namespaces', 'in all namespaces');
  return command;
}
