/** `create`: what manifests hold, refused where it exists; and the few kinds that are quick to say in words. */
import type { Command } from 'commander';
import { addGlobalFlags, collect, collectList, type GlobalFlags, wholeNumber } from '../flags.js';
import type { FileFlags } from '../objects/files.js';
import type { DryRun, Validation } from '../objects/manifests.js';
import type { CronJobWishes, DeploymentWishes } from '../objects/workload-for.js';
import { addCreateBounds } from './create-bounds.js';
import { addCreateRights } from './create-rights.js';
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

export interface DeploymentFlags extends CreateFlags, DeploymentWishes {}

export interface JobFlags extends CreateFlags {
  image?: string;
  from?: string;
}

export interface CronJobFlags extends CreateFlags, CronJobWishes {}

const common = (command: Command, summary: string, global: { userIsOther?: boolean } = {}): Command =>
  addGlobalFlags(command, global)
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
  addWorkloads(create);
  addCreateRights(create, common);
  addCreateBounds(create, common);
}

function addWorkloads(create: Command): void {
  common(create.command('deployment <name> [command...]').alias('deploy'), 'a deployment')
    .requiredOption('--image <image>', 'of its container (may be repeated)', collect)
    .option('-r, --replicas <number>', 'how many pods', wholeNumber, 1)
    .option('--port <number>', 'where its containers listen')
    .action(async (name: string, command: string[], flags: DeploymentFlags) =>
      (await run()).createDeployment(name, command, flags),
    );
  common(create.command('job <name> [command...]'), 'a job')
    .option('--image <image>', 'of its container')
    .option('--from <cronjob/name>', 'as this cron job would make it')
    .action(async (name: string, command: string[], flags: JobFlags) => (await run()).createJob(name, command, flags));
  common(create.command('cronjob <name> [command...]').alias('cj'), 'a cron job')
    .requiredOption('--image <image>', 'of its container')
    .requiredOption('--schedule <times>', "when it is run ('*/5 * * * *')")
    .option('--restart <policy>', 'whether its container is started again: OnFailure or Never', 'OnFailure')
    .action(async (name: string, command: string[], flags: CronJobFlags) =>
      (await run()).createCronJob(name, command, flags),
    );
}
