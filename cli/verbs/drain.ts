/** `drain`: lets no new pods come to a node, and takes away those that are there. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, wholeNumber } from '../flags.js';
import type { CordonFlags } from './cordon.js';
import { dryRunFlag } from './write-flags.js';

export interface DrainFlags extends CordonFlags {
  force?: boolean;
  ignoreDaemonsets?: boolean;
  deleteEmptydirData?: boolean;
  disableEviction?: boolean;
  gracePeriod?: number;
  podSelector?: string;
  /** Milliseconds; 0 is for ever. */
  timeout?: number;
  /** Seconds. */
  skipWaitForDeleteTimeout?: number;
}

export function addDrain(program: Command): void {
  addGlobalFlags(program.command('drain [nodes...]'))
    .summary('take all pods from a node, and let no new ones come')
    .option('--force', 'also pods that nobody will replace')
    .option('--ignore-daemonsets', 'leave the pods of daemon sets where they are')
    .option('--delete-emptydir-data', 'also pods whose data (emptyDir) goes with them')
    .option('--disable-eviction', 'delete instead of evict: disruption budgets are not asked')
    .option('--grace-period <seconds>', "how long pods have to end (default: each one's own)", wholeNumber)
    .option('--pod-selector <labels>', 'only pods with these labels')
    .option('--timeout <duration>', 'give up after this long (0 is never)', durationMs)
    .option(
      '--skip-wait-for-delete-timeout <seconds>',
      'do not wait for pods that have been going for longer',
      wholeNumber,
    )
    .option('-l, --selector <labels>', 'nodes with these labels')
    .addOption(dryRunFlag())
    .action(async (names: string[], flags: DrainFlags) => {
      const { drainNodes } = await import('./drain-run.js');
      await drainNodes(names, flags);
    });
}
