/** `why`: what keeps a pod from running, node by node and predicate by predicate. */
import type { Command } from 'commander';
import { addGlobalFlags, type GlobalFlags } from '../flags.js';

export type WhyFlags = GlobalFlags;

export function addWhy(program: Command): void {
  addGlobalFlags(program.command('why <pod...>'))
    .summary('why pods are pending: what each predicate says of each node')
    .action(async (pods: string[], flags: WhyFlags) => (await import('./why-run.js')).why(pods, flags));
}
