/** `explain`: what the fields of a kind mean. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface ExplainFlags extends GlobalFlags {
  recursive?: boolean;
  apiVersion?: string;
}

export function addExplain(program: Command): void {
  addGlobalFlags(program.command('explain <type>'))
    .summary('what the fields of a kind mean')
    .usage('<type>[.field.field]')
    .option('--recursive', 'all fields below, by name')
    .option('--api-version <group/version>', 'of this version')
    .action(async (type: string, flags: ExplainFlags) => (await import('./explain-run.js')).explain(type, flags));
}
