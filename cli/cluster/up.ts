/** `orrery up`: a cluster of one node on this machine, in the background. Safe to say twice. */
import { hostname, networkInterfaces } from 'node:os';
import { bringUpFurther } from '../nodes/up.js';
import { bringUp, missing, type Start } from './bring-up.js';
import { clusterSpecs } from './control-planes.js';
import { prepareCredentials } from './credentials.js';
import { decideConfig } from './decide-config.js';
import { ensureDnsService } from './dns-service.js';
import { membersOf } from './etcd.js';
import { exclusively } from './exclusive.js';
import { heeding } from './interrupted.js';
import { type ClusterConfig, type Layout, layoutOf, ontoDisk, readConfig, requireRoom, writeConfig } from './layout.js';
import { requireNoNeighbour } from './neighbours.js';
import { requireFreePorts } from './ports.js';
import { isDown, runningIn } from './processes.js';
import { nodeReady } from './readiness.js';
import { etcdRequirement, nodeRequirements } from './requirements.js';
import { asRoot } from './root.js';
import { ensureSystem } from './setup.js';
import type { Steps } from './steps.js';
import { stopProcesses, takeDown } from './take-down.js';

export interface UpOptions {
  dataDir: string;
  /** What the flags said; what they did not say comes from the cluster's earlier life, then from the defaults. */
  flags: Partial<ClusterConfig>;
  steps: Steps;
}

export function up({ dataDir, flags, steps }: UpOptions): Promise<ClusterConfig> {
  asRoot('start a node');
  return exclusively(dataDir, () =>
    ontoDisk(dataDir, async () => {
      const layout = layoutOf(dataDir);
      const running = runningIn(layout);
      const machine = { hostname: hostname(), interfaces: networkInterfaces() };
      const config = decideConfig(readConfig(layout), flags, running.length > 0, machine);
      if (running.length === 0) requireNoNeighbour(dataDir);
      await ensureSystem([...nodeRequirements, ...(membersOf(config).length > 0 ? [etcdRequirement] : [])], steps);
      if (running.length === 0) await requireFreePorts(config);
      writeConfig(layout, config);
      requireRoom(dataDir);
      await steps.run('certificates and kubeconfigs', () => prepareCredentials(layout, config));
      const specs = clusterSpecs(config);
      await heeding(signal => bringUpHere({ layout, config, specs, running, steps, signal }));
      await heeding(signal => bringUpFurther({ layout, config, steps, signal }));
      return config;
    }),
  );
}

/** Starts what does not run, and waits for all of it. What it started and did not come up is not left behind. */
async function bringUpHere(start: Start): Promise<void> {
  const { layout, config, steps } = start;
  const wasDown = isDown(layout);
  const { nodeName } = config;
  try {
    await bringUp(start, async ({ client, since, ready }) => {
      // Before there is a pod that could ask for it.
      await ensureDnsService(client, config);
      await steps.run(`node ${nodeName} is Ready`, () =>
        ready('node', 'a Ready node', 90_000, () => nodeReady(client, nodeName, since('node'))),
      );
    });
  } catch (error) {
    // Why it did not come up matters more than what keeps it from being taken back; `down` will say that.
    await takeBack(layout, missing(start), wasDown, steps).catch(() => undefined);
    throw error;
  }
}

/** Pods that ran before the start, also those of a life that ended in a crash, are not ended because it failed. */
async function takeBack(layout: Layout, started: readonly string[], wasDown: boolean, steps: Steps): Promise<void> {
  if (wasDown) await takeDown(layout, started, false, steps);
  else await stopProcesses(layout, started);
}
