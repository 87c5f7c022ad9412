/** `api-resources`: the kinds that the server has. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface ApiResourcesFlags extends GlobalFlags {
  apiGroup?: string;
  namespaced?: string;
  verbs?: string;
  output?: string;
  headers?: boolean;
}

export function addApiResources(program: Command): void {
  addGlobalFlags(program.command('api-resources'))
    .summary('the kinds that the server has')
    .option('--api-group <group>', "of this group ('' is the core)")
    .option('--namespaced <bool>', 'true or false: only those with, or without, a namespace')
    .option('--verbs <list>', 'only those that can be asked so (list,get)')
    .option('--no-headers', 'without headings')
    .option('-o, --output <format>', 'wide or name')
    .action(async (flags: ApiResourcesFlags) => (await import('./api-resources-run.js')).apiResources(flags));
}
