/** `top`: what nodes and pods use of processors and memory. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export interface TopFlags extends GlobalFlags {
  selector?: string;
  headers?: boolean;
  sortBy?: string;
}

export interface TopNodesFlags extends TopFlags {
  showCapacity?: boolean;
}

export interface TopPodsFlags extends TopFlags {
  allNamespaces?: boolean;
  containers?: boolean;
  fieldSelector?: string;
  sum?: boolean;
}

const run = (): Promise<typeof import('./top-run.js')> => import('./top-run.js');

export function addTop(program: Command): void {
  const top = program.command('top').summary('show what nodes and pods use of processors and memory');
  const sub = (name: string, alias: string, summary: string): Command =>
    addGlobalFlags(
      top
        .command(`${name} [name]`)
        .alias(alias)
        .alias(alias === 'nodes' ? 'no' : 'po'),
    )
      .summary(summary)
      .option('-l, --selector <labels>', 'those with these labels')
      .option('--no-headers', 'without headings')
      .option('--sort-by <what>', 'cpu or memory, the most first');

  sub('node', 'nodes', 'of nodes')
    .option('--show-capacity', 'as a share of all that they have, rather than of what pods may use')
    .action(async (name: string | undefined, flags: TopNodesFlags) => (await run()).topNodes(name, flags));
  sub('pod', 'pods', 'of pods')
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('--containers', 'of each container')
    .option('--field-selector <fields>', 'those with these fields (status.phase=Running)')
    .option('--sum', 'with the sum of all')
    .action(async (name: string | undefined, flags: TopPodsFlags) => (await run()).topPods(name, flags));
}
