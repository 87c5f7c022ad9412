/** `orrery up`: a cluster of one node on this machine, in the background. Safe to say twice. */
import { hostname, networkInterfaces } from 'node:os';
import { systemClock } from '../../api/clock.js';
import { bringUpFurther } from '../nodes/up.js';
import { prepareCredentials } from './credentials.js';
import { decideConfig } from './decide-config.js';
import { exclusively } from './exclusive.js';
import { heeding } from './interrupted.js';
import { type ClusterConfig, type Layout, layoutOf, ontoDisk, readConfig, requireRoom, writeConfig } from './layout.js';
import { requireNoNeighbour } from './neighbours.js';
import { requireFreePorts } from './ports.js';
import { isDown, logSize, type ProcessSpec, processSpecs, runningIn, startProcess, stopProcess } from './processes.js';
import { adminClient, apiReady, loopsLead, nodeReady, waitFor } from './readiness.js';
import { asRoot } from './root.js';
import { ensureSystem } from './setup.js';
import type { Steps } from './steps.js';
import { takeDown } from './take-down.js';

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
      await ensureSystem(steps);
      if (running.length === 0) await requireFreePorts(config);
      writeConfig(layout, config);
      requireRoom(dataDir);
      await steps.run('certificates and kubeconfigs', () => prepareCredentials(layout, config));
      await heeding(signal => bringUp({ layout, config, running, steps, signal }));
      await heeding(signal => bringUpFurther({ layout, config, steps, signal }));
      return config;
    }),
  );
}

interface Start {
  layout: Layout;
  config: ClusterConfig;
  /** What ran before. */
  running: readonly ProcessSpec[];
  steps: Steps;
  signal: AbortSignal;
}

/** Starts what does not run, and waits for all of it. What it started and did not come up is not left behind. */
async function bringUp(start: Start): Promise<void> {
  const { layout, running, steps } = start;
  const wasDown = isDown(layout);
  const missing = processSpecs.filter(spec => !running.includes(spec));
  const logs = new Map(processSpecs.map(spec => [spec.name, logSize(layout, spec.name)]));
  const began = systemClock.now();
  for (const spec of missing) startProcess(layout, spec);
  try {
    await untilReady(start, name => (running.some(spec => spec.name === name) ? 0 : began), logs);
  } catch (error) {
    // Why it did not come up matters more than what keeps it from being taken back; `down` will say that.
    await takeBack(layout, missing, wasDown, steps).catch(() => undefined);
    throw error;
  }
}

/** Pods that ran before the start, also those of a life that ended in a crash, are not ended because it failed. */
async function takeBack(
  layout: Layout,
  started: readonly ProcessSpec[],
  wasDown: boolean,
  steps: Steps,
): Promise<void> {
  if (wasDown) await takeDown(layout, started, false, steps);
  else await Promise.all(started.map(spec => stopProcess(layout, spec.name, systemClock)));
}

/** `since` says of a process when this life of its began (ms; 0 for one that ran already). */
async function untilReady(
  { layout, config, steps, signal }: Start,
  since: (process: string) => number,
  logs: ReadonlyMap<string, number>,
): Promise<void> {
  const { address, port, nodeName } = config;
  const client = adminClient(layout.dataDir);
  const ready = (process: string, what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> =>
    waitFor(condition, { process, what, timeoutMs, signal, logFrom: logs.get(process) ?? 0 }, layout, systemClock);
  try {
    await steps.run(`API server at https://${address}:${port}`, () =>
      ready('apiserver', 'the API server', 30_000, () => apiReady(client)),
    );
    await steps.run('controllers and scheduler lead', () =>
      ready('controllers', 'a leading scheduler', 60_000, () => loopsLead(client, since('controllers'))),
    );
    await steps.run(`node ${nodeName} is Ready`, () =>
      ready('node', 'a Ready node', 90_000, () => nodeReady(client, nodeName, since('node'))),
    );
  } finally {
    await client.close();
  }
}
