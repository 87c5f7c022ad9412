/** `orrery up`: a cluster of one node on this machine, in the background. Safe to say twice. */
import { hostname, networkInterfaces } from 'node:os';
import { systemClock } from '../../api/clock.js';
import type { Client } from '../../client/client.js';
import { prepareCredentials } from './credentials.js';
import { decideConfig } from './decide-config.js';
import { exclusively } from './exclusive.js';
import { type ClusterConfig, type Layout, layoutOf, readConfig, writeConfig } from './layout.js';
import { requireNoNeighbour } from './neighbours.js';
import { requireFreePorts } from './ports.js';
import { keptProcess, logSize, type ProcessSpec, processSpecs, startProcess, stopProcess } from './processes.js';
import { adminClient, apiReady, nodeReady, waitFor } from './readiness.js';
import { asRoot } from './root.js';
import { ensureSystem } from './setup.js';
import type { Steps } from './steps.js';

export interface UpOptions {
  dataDir: string;
  /** What the flags said; what they did not say comes from the cluster's earlier life, then from the defaults. */
  flags: Partial<ClusterConfig>;
  steps: Steps;
}

export function up({ dataDir, flags, steps }: UpOptions): Promise<ClusterConfig> {
  asRoot('start a node');
  return exclusively(dataDir, async () => {
    const layout = layoutOf(dataDir);
    const running = processSpecs.filter(spec => keptProcess(layout, spec.name));
    const machine = { hostname: hostname(), interfaces: networkInterfaces() };
    const config = decideConfig(readConfig(layout), flags, running.length > 0, machine);
    if (running.length === 0) requireNoNeighbour(dataDir);
    await ensureSystem(steps);
    if (running.length === 0) await requireFreePorts(config);
    writeConfig(layout, config);
    await steps.run('certificates and kubeconfigs', () => prepareCredentials(layout, config));
    await bringUp(layout, config, running, steps);
    return config;
  });
}

/** Starts what does not run, and waits for all of it. What it started and did not come up is not left behind. */
async function bringUp(
  layout: Layout,
  config: ClusterConfig,
  running: readonly ProcessSpec[],
  steps: Steps,
): Promise<void> {
  const missing = processSpecs.filter(spec => !running.includes(spec));
  const since = running.some(spec => spec.name === 'node') ? 0 : systemClock.now();
  const logs = new Map(processSpecs.map(spec => [spec.name, logSize(layout, spec.name)]));
  for (const spec of missing) startProcess(layout, spec);
  const client = adminClient(layout.dataDir);
  const ready = (process: string, what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> =>
    waitFor(condition, { process, what, timeoutMs, logFrom: logs.get(process) ?? 0 }, layout, systemClock);
  try {
    await untilReady(client, config, since, steps, ready);
  } catch (error) {
    await Promise.all(missing.map(spec => stopProcess(layout, spec.name, systemClock)));
    throw error;
  } finally {
    await client.close();
  }
}

async function untilReady(
  client: Client,
  { address, port, nodeName }: ClusterConfig,
  since: number,
  steps: Steps,
  ready: (process: string, what: string, timeoutMs: number, condition: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  await steps.run(`API server at https://${address}:${port}`, () =>
    ready('apiserver', 'the API server', 30_000, () => apiReady(client)),
  );
  await steps.run(`node ${nodeName} is Ready`, () =>
    ready('node', 'a Ready node', 90_000, () => nodeReady(client, nodeName, since)),
  );
}
