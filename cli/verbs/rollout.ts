/** `rollout`: how a new template reaches the pods of deployments, daemon sets and stateful sets, and how it is taken back. */
import type { Command } from 'commander';
import { addGlobalFlags, durationMs, type GlobalFlags, wholeNumber } from '../flags.js';
import type { DryRun } from '../objects/manifests.js';
import type { SelectionFlags } from '../objects/targets.js';
import { addSelectionFlags } from './selection-flags.js';
import { dryRunFlag } from './write-flags.js';

export interface StatusFlags extends GlobalFlags, SelectionFlags {
  revision: number;
  timeout: number;
  watch: 'true' | 'false';
}

export interface HistoryFlags extends GlobalFlags, SelectionFlags {
  revision: number;
  output?: string;
}

export interface UndoFlags extends GlobalFlags, SelectionFlags {
  toRevision: number;
  dryRun?: DryRun;
  output?: string;
}

export interface ChangeFlags extends GlobalFlags, SelectionFlags {
  fieldManager: string;
  output?: string;
}

const run = (): Promise<typeof import('./rollout-run.js')> => import('./rollout-run.js');
const wordsOf = (type: string | undefined, names: readonly string[]): string[] =>
  type === undefined ? [] : [type, ...names];

export function addRollout(program: Command): void {
  const rollout = program.command('rollout').summary('follow, stop, repeat and take back changes of pod templates');
  const sub = (name: string, summary: string): Command =>
    addSelectionFlags(addGlobalFlags(rollout.command(`${name} [type] [names...]`)).summary(summary), {
      filename: 'what this manifest names',
    });

  sub('status', 'wait until a change has reached all pods')
    .option('--revision <number>', 'only of this revision: another one is an error', wholeNumber, 0)
    .option('--timeout <duration>', 'how long to wait (0 is for ever)', durationMs, 0)
    .option('-w, --watch [yes]', 'wait until it is done (default true)', 'true')
    .action(async (type: string | undefined, names: string[], flags: StatusFlags) =>
      (await run()).rolloutStatuses(wordsOf(type, names), flags),
    );
  sub('history', 'the revisions that can be gone back to')
    .option('--revision <number>', 'the template of this one', wholeNumber, 0)
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: HistoryFlags) =>
      (await run()).rolloutHistory(wordsOf(type, names), flags),
    );
  sub('undo', 'go back to the template of before')
    .option('--to-revision <number>', 'to this one (0 is the one before the last)', wholeNumber, 0)
    .addOption(dryRunFlag())
    .option('-o, --output <format>', 'show the objects: yaml, json, name')
    .action(async (type: string | undefined, names: string[], flags: UndoFlags) =>
      (await run()).undoRollout(wordsOf(type, names), flags),
    );
  for (const [change, summary] of [
    ['pause', 'let further changes of a deployment wait'],
    ['resume', 'let them go on'],
    ['restart', 'replace all pods, as a change of the template would'],
  ] as const)
    sub(change, summary)
      .option('--field-manager <name>', 'who is said to have set the fields', 'kubectl-rollout')
      .option('-o, --output <format>', 'show the objects: yaml, json, name')
      .action(async (type: string | undefined, names: string[], flags: ChangeFlags) =>
        (await run()).changeRollout(change, wordsOf(type, names), flags),
      );
}
