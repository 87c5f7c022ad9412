/** `orrery down` and `orrery reset` for a cluster of hollow nodes: there is nothing on the machine but processes and files. */
import { rmSync } from 'node:fs';
import type { Layout } from '../cluster/layout.js';
import { runningIn } from '../cluster/processes.js';
import type { Steps } from '../cluster/steps.js';
import { stopProcesses } from '../cluster/take-down.js';

export async function downHollow(layout: Layout, steps: Steps): Promise<void> {
  const running = runningIn(layout);
  if (running.length === 0) {
    steps.say(`the cluster in ${layout.dataDir} does not run`);
    return;
  }
  await steps.run(`stopping ${running.join(', ')}`, () => stopProcesses(layout, running));
  rmSync(layout.run, { recursive: true, force: true });
}
