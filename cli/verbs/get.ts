/** `get`: objects as the server's table, or as -o says; -w goes on with what changes. */
import type { Command } from 'commander';
import { addGlobalFlags, collectList, type GlobalFlags } from '../flags.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';

export interface GetFlags extends GlobalFlags, SelectionFlags {
  output?: string;
  watch?: boolean;
  watchOnly?: boolean;
  outputWatchEvents?: boolean;
  showLabels?: boolean;
  labelColumns?: string[];
  showKind?: boolean;
  showManagedFields?: boolean;
  sortBy?: string;
  headers?: boolean;
  ignoreNotFound?: boolean;
  raw?: string;
}

export function addGet(program: Command): void {
  const command = addGlobalFlags(program.command('get [type] [names...]')).summary('show objects');
  addSelectionFlags(command, { filename: 'the objects of this manifest', everywhere: true, fields: true })
    .option(
      '-o, --output <format>',
      'wide, yaml, json, name, jsonpath=..., jsonpath-as-json=..., jsonpath-file=..., custom-columns=..., custom-columns-file=...',
    )
    .option('-w, --watch', 'then show what changes')
    .option('--watch-only', 'show only what changes')
    .option('--output-watch-events', 'with what happened to each (of a watch)')
    .option('--show-labels', 'with a column of labels')
    .option('-L, --label-columns <labels>', 'with a column for each of these labels', collectList)
    .option('--show-kind', 'names as kind/name')
    .option('--show-managed-fields', 'with metadata.managedFields, in yaml and json')
    .option('--sort-by <jsonpath>', 'sorted by this field')
    .option('--no-headers', 'without headings')
    .option('--ignore-not-found', 'an absent object is not an error')
    .option('--raw <path>', "the server's answer to this path, as it is")
    .action(async (type: string | undefined, names: string[], flags: GetFlags) => {
      const { get } = await import('./get-run.js');
      await get([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
