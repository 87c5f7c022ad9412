/** Stops all that runs of a cluster, its pods too. Interrupted, it can be said again and goes on. */
import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { endNode, furtherNodes, removeNode } from '../nodes/further.js';
import { unwireMachine } from '../nodes/wire.js';
import { isMember } from './etcd.js';
import type { Layout } from './layout.js';
import { stopProcess } from './processes.js';
import type { Steps } from './steps.js';

/** Pods may have outlived the processes: they are stopped also when none of those runs. */
export async function takeDown(
  layout: Layout,
  running: readonly string[],
  removeData: boolean,
  steps: Steps,
): Promise<void> {
  if (running.length > 0) await steps.run(`stopping ${running.join(', ')}`, () => stopProcesses(layout, running));
  await takeDownFurther(layout, removeData, steps);
  const [{ resetNode }, { cleanup }] = await Promise.all([
    import('../../kubelet/main.js'),
    import('../../proxy/main.js'),
  ]);
  const quiet = { log: pino({ level: 'silent' }), clock: systemClock };
  await steps.run('stopping pods and containerd', () => resetNode({ dataDir: layout.node, removeData, ...quiet }));
  await steps.run('removing service rules', () => cleanup());
  rmSync(layout.run, { recursive: true, force: true });
}

/**
 * What others store in, last: they say farewell there. And its members one after the other: of those that leave together,
 * the leader waits for seconds that another takes the lead.
 */
export async function stopProcesses(layout: Layout, names: readonly string[]): Promise<void> {
  await Promise.all(names.filter(name => !isMember(name)).map(name => stopProcess(layout, name, systemClock)));
  for (const name of names.filter(isMember)) await stopProcess(layout, name, systemClock);
}

async function takeDownFurther(layout: Layout, removeData: boolean, steps: Steps): Promise<void> {
  const further = furtherNodes(layout);
  if (further.length === 0) return;
  await steps.run(`stopping ${further.length} further node${further.length > 1 ? 's' : ''}`, async () => {
    await Promise.all(further.map(node => endNode(node, layout.dataDir)));
    await unwireMachine();
    if (removeData) for (const node of further) removeNode(node);
  });
}
