/** `create`: what manifests hold, refused where it exists; and the few kinds that are quick to say in words. */
import type { Command } from 'commander';
import { addGlobalFlags, collect, collectList, type GlobalFlags } from '../flags.js';
import type { FileFlags } from '../objects/files.js';
import type { DryRun, Validation } from '../objects/manifests.js';
import { dryRunFlag, validationFlag } from './write-flags.js';

export interface CreateFlags extends GlobalFlags, FileFlags {
  dryRun?: DryRun;
  validate?: Validation;
  output?: string;
}

export interface DataFlags extends CreateFlags {
  fromLiteral?: string[];
  fromFile?: string[];
  type?: string;
}

export interface TokenFlags extends GlobalFlags {
  duration?: string;
  audience?: string[];
}

const common = (command: Command, summary: string): Command =>
  addGlobalFlags(command)
    .summary(summary)
    .addOption(dryRunFlag())
    .addOption(validationFlag())
    .option('-o, --output <format>', 'show the objects: yaml, json, name');

const withData = (command: Command, summary: string): Command =>
  common(command, summary)
    .option('--from-literal <key=value>', 'an entry (may be repeated)', collect)
    .option(
      '--from-file <[key=]file>',
      "an entry with a file's content, or the files of a folder (may be repeated)",
      collect,
    );

const run = (): Promise<typeof import('./create-run.js')> => import('./create-run.js');

export function addCreate(program: Command): void {
  const create = common(program.command('create'), 'create objects')
    .option('-f, --filename <file>', 'a manifest, a folder of them, or - (may be repeated)', collectList)
    .option('-R, --recursive', 'folders with those inside')
    .argument('[what...]')
    .usage('-f <file> [options]\n       orrery create <kind> <name> [options]')
    .action(async (what: string[], flags: CreateFlags) => (await run()).createFromFiles(what, flags));

  common(create.command('namespace <name>').alias('ns'), 'a namespace').action(
    async (name: string, flags: CreateFlags) => (await run()).createPlain('Namespace', name, flags),
  );
  common(create.command('serviceaccount <name>').alias('sa'), 'a service account').action(
    async (name: string, flags: CreateFlags) => (await run()).createPlain('ServiceAccount', name, flags),
  );
  withData(create.command('configmap <name>').alias('cm'), 'a config map').action(
    async (name: string, flags: DataFlags) => (await run()).createConfigMap(name, flags),
  );
  withData(create.command('secret').summary('a secret').command('generic <name>'), 'a secret of entries')
    .option('--type <type>', 'its type')
    .action(async (name: string, flags: DataFlags) => (await run()).createSecret(name, flags));
  addGlobalFlags(create.command('token <serviceaccount>'))
    .summary('a token for a service account')
    .option('--duration <duration>', 'how long it is good for')
    .option('--audience <name>', 'for whom (may be repeated)', collect)
    .action(async (name: string, flags: TokenFlags) => (await run()).createToken(name, flags));
}
