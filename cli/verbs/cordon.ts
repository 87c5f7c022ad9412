/** `cordon` and `uncordon`: whether new pods may come to a node. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import { dryRunFlag } from './write-flags.js';

export interface CordonFlags extends GlobalFlags {
  selector?: string;
  dryRun?: DryRun;
}

function addVerb(program: Command, verb: 'cordon' | 'uncordon', summary: string): void {
  addGlobalFlags(program.command(`${verb} [nodes...]`))
    .summary(summary)
    .option('-l, --selector <labels>', 'nodes with these labels')
    .addOption(dryRunFlag())
    .action(async (names: string[], flags: CordonFlags) => {
      const { cordonNodes } = await import('./cordon-run.js');
      await cordonNodes(verb, names, flags);
    });
}

export const addCordon = (program: Command): void => addVerb(program, 'cordon', 'let no new pods come to a node');
export const addUncordon = (program: Command): void =>
  addVerb(program, 'uncordon', 'let new pods come to a node again');
