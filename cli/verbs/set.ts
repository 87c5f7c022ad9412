/** `set`: what is changed most often of pods and of what makes them, in words. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface SetImageFlags extends GlobalFlags, SelectionFlags {
  dryRun?: DryRun;
  fieldManager: string;
  output?: string;
}

export function addSet(program: Command): void {
  const set = program.command('set').summary('change the images of pods, and of what makes them');
  const image = addGlobalFlags(set.command('image [type] [words...]')).summary(
    'other images: set image deployment/web web=busybox:2 (*=... is of all containers)',
  );
  addSelectionFlags(image, { filename: 'what this manifest names', all: true })
    .option('--field-manager <name>', 'who is said to have set the fields', 'kubectl-set')
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .action(async (type: string | undefined, words: string[], flags: SetImageFlags) => {
      const { setImage } = await import('./set-run.js');
      await setImage([...(type === undefined ? [] : [type]), ...words], flags);
    });
}
