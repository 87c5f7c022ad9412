/** `orrery down` stops the processes and the pods and leaves the data; `orrery reset` removes that as well. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downHollow } from '../hollow/down.js';
import { hollowFile, isHollow } from '../hollow/file.js';
import { isJoined } from '../nodes/member.js';
import { downMember, resetMember } from '../nodes/member-life.js';
import { forgetCredentials } from './credentials.js';
import { exclusively } from './exclusive.js';
import { type Layout, layoutOf, ontoDisk } from './layout.js';
import { neighbours, noCluster, requireNoNeighbour } from './neighbours.js';
import { isDown, runningIn } from './processes.js';
import { asRoot } from './root.js';
import type { Steps } from './steps.js';
import { takeDown } from './take-down.js';

export interface DownOptions {
  dataDir: string;
  steps: Steps;
}

export function down({ dataDir, steps }: DownOptions): Promise<void> {
  if (isHollow(layoutOf(dataDir))) return exclusively(dataDir, () => downHollow(layoutOf(dataDir), steps));
  asRoot('stop a cluster');
  return exclusively(dataDir, () =>
    ontoDisk(dataDir, async () => {
      const layout = layoutOf(dataDir);
      if (isJoined(layout)) return downMember(layout, steps);
      // Whether its configuration can still be read does not matter here.
      if (!existsSync(layout.config)) return steps.say(noCluster(dataDir));
      const running = runningIn(layout);
      if (running.length === 0 && (isDown(layout) || neighbours(dataDir).length > 0))
        return steps.say(`the cluster in ${dataDir} does not run`);
      await takeDown(layout, running, false, steps);
    }),
  );
}

export function reset({ dataDir, steps }: DownOptions): Promise<void> {
  if (isHollow(layoutOf(dataDir))) return exclusively(dataDir, () => resetHollow(layoutOf(dataDir), steps));
  asRoot('remove a cluster');
  return exclusively(dataDir, () =>
    ontoDisk(dataDir, async () => {
      const layout = layoutOf(dataDir);
      if (isJoined(layout)) return resetMember(layout, steps);
      if (!existsSync(layout.config)) return steps.say(noCluster(dataDir));
      const running = runningIn(layout);
      if (running.length === 0) requireNoNeighbour(dataDir);
      await takeDown(layout, running, true, steps);
      await forgetCredentials(layout);
      await steps.run(`removing what the cluster kept in ${dataDir}`, async () => removeFiles(layout));
    }),
  );
}

async function resetHollow(layout: Layout, steps: Steps): Promise<void> {
  await downHollow(layout, steps);
  await forgetCredentials(layout);
  rmSync(hollowFile(layout));
  await steps.run(`removing what the cluster kept in ${layout.dataDir}`, async () => removeFiles(layout));
}

/** What the cluster made, by name: the folder may be one that was there before, with files of its user. */
function removeFiles(layout: Layout): void {
  const { dataDir, config, pki, kubeconfigs, logs, run, node, nodes, store } = layout;
  const audit = readdirSync(dataDir).filter(name => /^audit(-\d+)?\.log(\.|$)/.test(name));
  for (const path of [pki, kubeconfigs, logs, run, node, nodes, store, ...audit.map(n => join(dataDir, n))]) {
    rmSync(path, { recursive: true, force: true });
  }
  // The last, so that a reset that was interrupted can be said again.
  rmSync(config);
  if (readdirSync(dataDir).length === 0) rmdirSync(dataDir);
}
