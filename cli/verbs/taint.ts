/** `taint`: which pods a node keeps away, unless they tolerate it. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import { dryRunFlag } from './write-flags.js';

export interface TaintFlags extends GlobalFlags {
  selector?: string;
  all?: boolean;
  overwrite?: boolean;
  output?: string;
  dryRun?: DryRun;
}

export function addTaint(program: Command): void {
  addGlobalFlags(program.command('taint [words...]'))
    .usage('nodes NAME... KEY=VALUE:EFFECT... KEY-...')
    .summary('add or remove (key-, key:effect-) taints of nodes')
    .option('-l, --selector <labels>', 'nodes with these labels')
    .option('--all', 'all nodes')
    .option('--overwrite', 'change what has a value already')
    .option('-o, --output <format>', 'show the nodes: yaml, json, name, jsonpath=...')
    .addOption(dryRunFlag())
    .action(async (words: string[], flags: TaintFlags) => {
      const { taintNodes } = await import('./taint-run.js');
      await taintNodes(words, flags);
    });
}
