/** Stops all that runs of a cluster, its pods too. Interrupted, it can be said again and goes on. */
import { existsSync, rmSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import type { Layout } from './layout.js';
import { type ProcessSpec, stopProcess } from './processes.js';
import type { Steps } from './steps.js';

/** Nothing was started since it was last taken down: the folder of the process ids comes first and goes last. */
export const isDown = (layout: Layout): boolean => !existsSync(layout.run);

/** Pods may have outlived the processes: they are stopped also when none of those runs. */
export async function takeDown(
  layout: Layout,
  running: readonly ProcessSpec[],
  removeData: boolean,
  steps: Steps,
): Promise<void> {
  if (running.length > 0) {
    await steps.run(`stopping ${running.map(spec => spec.name).join(', ')}`, async () => {
      await Promise.all(running.map(spec => stopProcess(layout, spec.name, systemClock)));
    });
  }
  const [{ resetNode }, { cleanup }] = await Promise.all([
    import('../../kubelet/main.js'),
    import('../../proxy/main.js'),
  ]);
  const quiet = { log: pino({ level: 'silent' }), clock: systemClock };
  await steps.run('stopping pods and containerd', () => resetNode({ dataDir: layout.node, removeData, ...quiet }));
  await steps.run('removing service rules', () => cleanup());
  rmSync(layout.run, { recursive: true, force: true });
}
