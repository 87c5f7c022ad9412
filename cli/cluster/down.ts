/** `orrery down` stops the processes and the pods and leaves the data; `orrery reset` removes that as well. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { forgetCredentials } from './credentials.js';
import { exclusively } from './exclusive.js';
import { type Layout, layoutOf } from './layout.js';
import { neighbours, requireNoNeighbour } from './neighbours.js';
import { keptProcess, type ProcessSpec, processSpecs, stopProcess } from './processes.js';
import { asRoot } from './root.js';
import type { Steps } from './steps.js';

export interface DownOptions {
  dataDir: string;
  steps: Steps;
}

export function down({ dataDir, steps }: DownOptions): Promise<void> {
  asRoot('stop a cluster');
  return exclusively(dataDir, async () => {
    const layout = layoutOf(dataDir);
    // Whether its configuration can still be read does not matter here.
    if (!existsSync(layout.config)) return steps.say(`there is no cluster in ${dataDir}`);
    const running = runningIn(layout);
    if (running.length === 0 && neighbours(dataDir).length > 0)
      return steps.say(`the cluster in ${dataDir} does not run`);
    await stop(layout, running, false, steps);
  });
}

export function reset({ dataDir, steps }: DownOptions): Promise<void> {
  asRoot('remove a cluster');
  return exclusively(dataDir, async () => {
    const layout = layoutOf(dataDir);
    if (!existsSync(layout.config)) return steps.say(`there is no cluster in ${dataDir}`);
    const running = runningIn(layout);
    if (running.length === 0) requireNoNeighbour(dataDir);
    await stop(layout, running, true, steps);
    await forgetCredentials(layout);
    await steps.run(`removing what the cluster kept in ${dataDir}`, async () => removeFiles(layout));
  });
}

const runningIn = (layout: Layout): ProcessSpec[] => processSpecs.filter(spec => keptProcess(layout, spec.name));

/** Pods may have outlived the processes: they are stopped also when none of those runs. */
async function stop(layout: Layout, running: readonly ProcessSpec[], removeData: boolean, steps: Steps): Promise<void> {
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
}

/** What the cluster made, by name: the folder may be one that was there before, with files of its user. */
function removeFiles(layout: Layout): void {
  const { dataDir, config, pki, kubeconfigs, logs, run, node } = layout;
  const audit = readdirSync(dataDir).filter(name => /^audit\.log(\.|$)/.test(name));
  for (const path of [pki, kubeconfigs, logs, run, node, join(dataDir, 'store'), ...audit.map(n => join(dataDir, n))]) {
    rmSync(path, { recursive: true, force: true });
  }
  // The last, so that a reset that was interrupted can be said again.
  rmSync(config);
  if (readdirSync(dataDir).length === 0) rmdirSync(dataDir);
}
