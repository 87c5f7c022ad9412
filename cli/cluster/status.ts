/** `orrery status`: what runs, how large it is, and whether it is well. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../client/client.js';
import { KubeconfigError, loadKubeconfig } from '../../client/kubeconfig.js';
import { nodes, pods } from '../../client/resources.js';
import { connect } from '../../client/rest/index.js';
import { isHollow } from '../hollow/file.js';
import { hollowSpecs } from '../hollow/processes.js';
import { type FurtherNode, furtherNodes, furtherProcess } from '../nodes/further.js';
import { isMember, readMember } from '../nodes/member.js';
import { describeMember } from '../nodes/member-life.js';
import { type ClusterConfig, type Layout, layoutOf, readConfig } from './layout.js';
import { keptProcess, processSpecs, residentBytes } from './processes.js';
import { isReady } from './readiness.js';
import { contextName } from './user-kubeconfig.js';

/** As init scripts have it: well, not well, not running. */
export const statusCode = { well: 0, unwell: 1, stopped: 3 } as const;

/** Answers the exit code. */
export async function status(dataDir: string, write: (line: string) => void): Promise<number> {
  const layout = layoutOf(dataDir);
  const config = readConfig(layout);
  if (!config && isMember(layout)) return statusOfMember(layout, write);
  if (!config) {
    write(`no cluster in ${dataDir}: start one with 'sudo ./orrery up'.`);
    return statusCode.stopped;
  }
  const specs = isHollow(layout) ? hollowSpecs : processSpecs;
  const alive = specs.filter(spec => describeProcess(layout, spec.name, write)).length;
  const further = furtherNodes(layout).filter(({ layout }) => isMember(layout));
  const furtherAlive = further.filter(node => describeFurther(node, write)).length;
  if (alive === 0) return statusCode.stopped;
  const well = await describeCluster(layout, config, write);
  return well && alive === specs.length && furtherAlive === further.length ? statusCode.well : statusCode.unwell;
}

function describeProcess(layout: Layout, name: string, write: (line: string) => void): boolean {
  const kept = keptProcess(layout, name);
  const memory = kept?.child && residentBytes(kept.child);
  const size = memory ? `${Math.round(memory / 1e6)} MB` : 'starting';
  write(`${name.padEnd(12)}${kept ? `running   pid ${kept.child ?? kept.keeper}   ${size}` : 'stopped'}`);
  return kept !== undefined;
}

async function statusOfMember(layout: Layout, write: (line: string) => void): Promise<number> {
  if (!describeProcess(layout, furtherProcess, write)) return statusCode.stopped;
  return (await describeMember(layout, write)) ? statusCode.well : statusCode.unwell;
}

/** A node that was switched off, or whose cable was pulled, is meant to be so, and is not well for all that. */
function describeFurther({ layout }: FurtherNode, write: (line: string) => void): boolean {
  const { nodeName = '', lab } = readMember(layout) ?? {};
  if (lab?.power === 'off') {
    write(`${nodeName.padEnd(12)}switched off`);
    return false;
  }
  const note = lab?.cable === 'pulled' ? '   its cable is pulled' : '';
  return describeProcess(layout, furtherProcess, line => write(`${nodeName.padEnd(12)}${line.slice(12)}${note}`));
}

async function describeCluster(layout: Layout, config: ClusterConfig, write: (line: string) => void): Promise<boolean> {
  const client = clientFor(layout);
  if (!client) {
    write("API server  not asked: its credentials are root's, and those of who started it ('sudo' shows more)");
    return false;
  }
  try {
    const [nodeList, podList] = await Promise.all([client.list(nodes), client.list(pods)]);
    const ready = nodeList.items.filter(isReady);
    const runningPods = podList.items.filter(pod => pod.status?.phase === 'Running');
    write(`API server  https://${config.address}:${config.port}, storing in ${config.datastore}`);
    write(`nodes       ${ready.length} of ${nodeList.items.length} Ready`);
    write(`pods        ${runningPods.length} of ${podList.items.length} Running`);
    return ready.length === nodeList.items.length;
  } catch (error) {
    write(`API server  does not answer: ${(error as Error).message}`);
    return false;
  } finally {
    await client.close();
  }
}

/** With the administrator's credentials where they may be read, else with the caller's own; undefined where there are none. */
function clientFor(layout: Layout): Client | undefined {
  const admin = join(layout.kubeconfigs, 'admin.conf');
  const options = mayRead(admin) ? { path: admin } : { context: contextName };
  try {
    return connect(loadKubeconfig(options), { userAgent: 'orrery' });
  } catch (error) {
    if (error instanceof KubeconfigError) return undefined;
    throw error;
  }
}

function mayRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
