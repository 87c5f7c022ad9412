/** `label` and `annotate`: the same verb over another field of the metadata. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface LabelFlags extends GlobalFlags, SelectionFlags {
  overwrite?: boolean;
  list?: boolean;
  resourceVersion?: string;
  dryRun?: DryRun;
  output?: string;
}

function addVerb(program: Command, verb: 'label' | 'annotate', summary: string): void {
  const what = verb === 'label' ? 'labels' : 'annotations';
  const command = addGlobalFlags(program.command(`${verb} [type] [names-and-changes...]`)).summary(summary);
  addSelectionFlags(command, { filename: 'the objects of this manifest', all: true, everywhere: true, fields: true })
    .option('--overwrite', 'change what has a value already')
    .option('--list', `show the ${what} there are`)
    .option('--resource-version <version>', 'only when the object is at this version')
    .option('-o, --output <format>', 'show the objects: yaml, json, name, jsonpath=...')
    .addOption(dryRunFlag())
    .action(async (type: string | undefined, rest: string[], flags: LabelFlags) => {
      const { changeMetadata } = await import('./label-run.js');
      await changeMetadata(what, [...(type === undefined ? [] : [type]), ...rest], flags);
    });
}

export const addLabel = (program: Command): void => addVerb(program, 'label', 'set or remove (key-) labels');
export const addAnnotate = (program: Command): void => addVerb(program, 'annotate', 'set or remove (key-) annotations');
