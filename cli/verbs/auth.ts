/** `auth`: what the caller may do, and who the server takes him for. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface CanIFlags extends GlobalFlags {
  allNamespaces?: boolean;
  quiet?: boolean;
  subresource?: string;
}

export interface WhoAmIFlags extends GlobalFlags {
  output?: string;
}

const run = (): Promise<typeof import('./auth-run.js')> => import('./auth-run.js');

export function addAuth(program: Command): void {
  const auth = program.command('auth').summary('what you may do, and who you are');
  addGlobalFlags(auth.command('can-i <verb> [what] [name]'))
    .summary('whether you may: auth can-i get pods/web (exit code 0; 1 when not)')
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('-q, --quiet', 'by the exit code alone')
    .option('--subresource <name>', 'of it, such as log or scale')
    .action(async (verb: string, what: string | undefined, name: string | undefined, flags: CanIFlags) =>
      (await run()).canI(verb, what, name, flags),
    );
  addGlobalFlags(auth.command('whoami'))
    .summary('who the server takes you for')
    .option('-o, --output <format>', 'yaml, json, jsonpath=...')
    .action(async (flags: WhoAmIFlags) => (await run()).whoAmI(flags));
}
