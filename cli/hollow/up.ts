/**
 * `orrery up --hollow N`: a cluster whose nodes are hollow (kubelet/hollow/). It has a real API server, real controllers and
 * a real scheduler, touches neither network nor containers of the machine, and needs no root.
 */
import { mkdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { systemClock } from '../../api/clock.js';
import type { Client } from '../../client/client.js';
import { nodes } from '../../client/resources.js';
import { prepareCredentials } from '../cluster/credentials.js';
import { decideConfig } from '../cluster/decide-config.js';
import { exclusively } from '../cluster/exclusive.js';
import { heeding } from '../cluster/interrupted.js';
import { type ClusterConfig, dataDirFlag, type Layout, layoutOf, readConfig, writeConfig } from '../cluster/layout.js';
import { requireFreePorts } from '../cluster/ports.js';
import { keptProcess, logSize, startProcess, stopProcess } from '../cluster/processes.js';
import { adminClient, apiReady, isReady, loopsLead, waitFor } from '../cluster/readiness.js';
import type { Steps } from '../cluster/steps.js';
import { Failure } from '../failure.js';
import { hollowFile, isHollow, readHollow, readScriptFile, writeHollow } from './file.js';
import { hollowSpecs } from './processes.js';

export interface HollowUpOptions {
  dataDir: string;
  flags: Partial<ClusterConfig>;
  count: number;
  /** The path of a script. */
  script?: string;
  steps: Steps;
}

export function upHollow({ dataDir, flags, count, script, steps }: HollowUpOptions): Promise<void> {
  return exclusively(dataDir, async () => {
    const layout = layoutOf(dataDir);
    const earlier = readConfig(layout);
    if (earlier && !isHollow(layout))
      throw new Failure(
        `the cluster in ${dataDir} has a node of its own: choose another folder with --data-dir, or run 'sudo ./orrery reset${dataDirFlag(dataDir)}' first.`,
      );
    const running = hollowSpecs.filter(({ name }) => keptProcess(layout, name));
    if (running.length > 0 && earlier) requireSame(layout, count, script);
    const machine = { hostname: hostname(), interfaces: networkInterfaces() };
    const config = decideConfig(earlier, flags, running.length > 0, machine);
    if (running.length === 0) await requireFreePorts({ port: config.port });
    makeFolder(dataDir);
    const own = script === undefined ? {} : { script: readScriptFile(script) };
    const kept = isHollow(layout) && script === undefined ? readHollow(layout).script : undefined;
    writeConfig(layout, config);
    writeHollow(layout, { count, ...(kept === undefined ? own : { script: kept }) });
    await steps.run('certificates and kubeconfigs', () => prepareCredentials(layout, config));
    await heeding(signal => bringUp(layout, config, count, steps, signal));
  });
}

function requireSame(layout: Layout, count: number, script: string | undefined): void {
  if (readHollow(layout).count !== count || script !== undefined)
    throw new Failure(
      `the cluster is running with ${readHollow(layout).count} hollow nodes, as ${hollowFile(layout)} says: run './orrery down${dataDirFlag(layout.dataDir)}' first.`,
    );
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new Failure(
      `${dataDir} cannot be made (${(error as NodeJS.ErrnoException).code}): give a folder of yours with --data-dir.`,
    );
  }
}

async function bringUp(
  layout: Layout,
  config: ClusterConfig,
  count: number,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  const missing = hollowSpecs.filter(({ name }) => !keptProcess(layout, name));
  const logs = new Map(hollowSpecs.map(({ name }) => [name, logSize(layout, name)]));
  const began = missing.length > 0 ? systemClock.now() : 0;
  for (const spec of missing) startProcess(layout, spec);
  const client = adminClient(layout.dataDir);
  const ready = (process: string, what: string, timeoutMs: number, condition: () => Promise<boolean>): Promise<void> =>
    waitFor(condition, { process, what, timeoutMs, signal, logFrom: logs.get(process) ?? 0 }, layout, systemClock);
  try {
    await steps.run(`API server at https://${config.address}:${config.port}`, () =>
      ready('apiserver', 'the API server', 30_000, () => apiReady(client)),
    );
    await steps.run('controllers and scheduler lead', () =>
      ready('controllers', 'a leading scheduler', 60_000, () => loopsLead(client, began)),
    );
    await steps.run(`${count} hollow nodes are Ready`, () =>
      ready('hollow', 'all hollow nodes', 60_000 + count * 20, () => allReady(client, count)),
    );
  } catch (error) {
    await Promise.all(missing.map(({ name }) => stopProcess(layout, name, systemClock)));
    throw error;
  } finally {
    await client.close();
  }
}

async function allReady(client: Client, count: number): Promise<boolean> {
  try {
    const { items } = await client.list(nodes, { labelSelector: 'orrery.dev/hollow' });
    return items.filter(isReady).length >= count;
  } catch {
    return false;
  }
}
