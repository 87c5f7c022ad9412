/** `scale`: another number of replicas, through the kind's scale subresource. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags, wholeNumber } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface ScaleFlags extends GlobalFlags, SelectionFlags {
  replicas: number;
  currentReplicas?: number;
  resourceVersion?: string;
  dryRun?: DryRun;
  output?: string;
}

export function addScale(program: Command): void {
  const command = addGlobalFlags(program.command('scale [type] [names...]')).summary('set how many replicas there are');
  addSelectionFlags(command, { filename: 'what this manifest names', all: true })
    .requiredOption('--replicas <number>', 'how many', wholeNumber)
    .option('--current-replicas <number>', 'only when there are so many now', wholeNumber)
    .option('--resource-version <version>', 'only when the object is at this version')
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .addOption(dryRunFlag())
    .action(async (type: string | undefined, names: string[], flags: ScaleFlags) => {
      const { scale } = await import('./scale-run.js');
      await scale([...(type === undefined ? [] : [type]), ...names], flags);
    });
}
