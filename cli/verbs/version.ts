/** `version`: ours, and the server's. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface VersionFlags extends GlobalFlags {
  client?: boolean;
  output?: string;
}

export function addVersion(program: Command): void {
  addGlobalFlags(program.command('version'))
    .summary('the versions of this program and of the server')
    .option('--client', 'of this program only')
    .option('-o, --output <format>', 'json or yaml')
    .action(async (flags: VersionFlags) => (await import('./version-run.js')).version(flags));
}
