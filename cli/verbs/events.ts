/** `events`: what happened, the latest last. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface EventsFlags extends GlobalFlags {
  allNamespaces?: boolean;
  for?: string;
  types?: string;
  watch?: boolean;
  headers?: boolean;
  output?: string;
}

export function addEvents(program: Command): void {
  addGlobalFlags(program.command('events'))
    .summary('what happened, the latest last')
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('--for <type/name>', 'only to this object')
    .option('--types <list>', 'only of these types (Normal,Warning)')
    .option('-w, --watch', 'then show what happens')
    .option('--no-headers', 'without headings')
    .option('-o, --output <format>', 'yaml, json, name')
    .action(async (flags: EventsFlags) => (await import('./events-run.js')).events(flags));
}
