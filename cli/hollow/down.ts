/** `orrery down` and `orrery reset` for a cluster of hollow nodes: there is nothing on the machine but processes and files. */
import { rmSync } from 'node:fs';
import { systemClock } from '../../api/clock.js';
import type { Layout } from '../cluster/layout.js';
import { keptProcess, stopProcess } from '../cluster/processes.js';
import type { Steps } from '../cluster/steps.js';
import { hollowSpecs } from './processes.js';

export async function downHollow(layout: Layout, steps: Steps): Promise<void> {
  const running = hollowSpecs.filter(({ name }) => keptProcess(layout, name));
  if (running.length === 0) {
    steps.say(`the cluster in ${layout.dataDir} does not run`);
    return;
  }
  await steps.run(`stopping ${running.map(({ name }) => name).join(', ')}`, async () => {
    await Promise.all(running.map(({ name }) => stopProcess(layout, name, systemClock)));
  });
  rmSync(layout.run, { recursive: true, force: true });
}
