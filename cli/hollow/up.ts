/**
 * `orrery up --hollow N`: a cluster whose nodes are hollow (kubelet/hollow/). It has a real API server, real controllers and
 * a real scheduler, touches neither network nor containers of the machine, and needs no root.
 */
import { mkdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import type { Client } from '../../client/client.js';
import { nodes } from '../../client/resources.js';
import { bringUp, missing, type Start } from '../cluster/bring-up.js';
import { prepareCredentials } from '../cluster/credentials.js';
import { decideConfig } from '../cluster/decide-config.js';
import { membersOf } from '../cluster/etcd.js';
import { exclusively } from '../cluster/exclusive.js';
import { heeding } from '../cluster/interrupted.js';
import { type ClusterConfig, dataDirFlag, type Layout, layoutOf, readConfig, writeConfig } from '../cluster/layout.js';
import { requireFreePorts } from '../cluster/ports.js';
import { runningIn } from '../cluster/processes.js';
import { isReady } from '../cluster/readiness.js';
import { missing as absent, etcdRequirement, explainMissing, searchPath } from '../cluster/requirements.js';
import type { Steps } from '../cluster/steps.js';
import { stopProcesses } from '../cluster/take-down.js';
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
    const running = runningIn(layout);
    if (running.length > 0 && earlier) requireSame(layout, count, script);
    const machine = { hostname: hostname(), interfaces: networkInterfaces() };
    const config = decideConfig(earlier, flags, running.length > 0, machine);
    requireEtcd(config);
    const { kubeletPort: _, ...ports } = config;
    if (running.length === 0) await requireFreePorts(ports);
    makeFolder(dataDir);
    const own = script === undefined ? {} : { script: readScriptFile(script) };
    const kept = isHollow(layout) && script === undefined ? readHollow(layout).script : undefined;
    writeConfig(layout, config);
    writeHollow(layout, { count, ...(kept === undefined ? own : { script: kept }) });
    await steps.run('certificates and kubeconfigs', () => prepareCredentials(layout, config));
    const specs = hollowSpecs(config);
    await heeding(signal => bringUpHollow({ layout, config, specs, running, steps, signal }, count));
  });
}

/** Without root nothing can be installed. */
function requireEtcd(config: ClusterConfig): void {
  const lacking = absent(membersOf(config).length > 0 ? [etcdRequirement] : [], searchPath(process.env.PATH));
  if (lacking.length > 0) throw new Failure(explainMissing(lacking));
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

async function bringUpHollow(start: Start, count: number): Promise<void> {
  const { layout, steps } = start;
  try {
    await bringUp(start, ({ client, ready }) =>
      steps.run(`${count} hollow nodes are Ready`, () =>
        ready('hollow', 'all hollow nodes', 60_000 + count * 20, () => allReady(client, count)),
      ),
    );
  } catch (error) {
    await stopProcesses(layout, missing(start));
    throw error;
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
