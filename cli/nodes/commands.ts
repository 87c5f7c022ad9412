/** The commands about single nodes of a cluster; what they do is loaded only when one is called. */
import type { Command } from 'commander';
import { steps, withDataDir } from '../cluster/flags.js';
import type { LabOptions } from './lab.js';

type Lab = typeof import('./lab.js');

const experiments: [name: string, summary: string, act: (lab: Lab) => (options: LabOptions) => Promise<void>][] = [
  ['stop', 'switch it off: its pods and processes end, and nobody is told', lab => lab.stopLabNode],
  ['start', 'switch it on again', lab => lab.startLabNode],
  ['cut', 'pull its cable: it goes on, and nobody hears of it', lab => lab.cutLabNode],
  ['heal', 'plug its cable in again', lab => lab.healLabNode],
];

export function addNodeCommands(program: Command): void {
  const node = program.command('node').summary("what can happen to a machine, done to a node that 'up --nodes' made");
  for (const [word, summary, act] of experiments)
    withDataDir(node.command(`${word} <name>`))
      .summary(summary)
      .action(async (name: string, { dataDir }: { dataDir: string }) => {
        const [lab, { sayWhenInterrupted }] = await Promise.all([
          import('./lab.js'),
          import('../cluster/interrupted.js'),
        ]);
        sayWhenInterrupted();
        await act(lab)({ dataDir, name, steps: await steps() });
      });
}
