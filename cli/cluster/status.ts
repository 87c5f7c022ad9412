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
import { apiServersOf, clusterSpecs } from './control-planes.js';
import { membersOf, memberUrl } from './etcd.js';
import { type ClusterConfig, type Layout, layoutOf, readConfig } from './layout.js';
import { columnFor, keptProcess, residentBytes } from './processes.js';
import { adminClient, apiReady, isReady, memberClient, memberHealthy } from './readiness.js';
import { contextName } from './user-kubeconfig.js';

/** As init scripts have it: well, not well, not running. */
export const statusCode = { well: 0, unwell: 1, stopped: 3 } as const;

/** A line: what it is about, and what is to be said of it. */
type Say = (subject: string, what: string) => void;

const saying =
  (write: (line: string) => void, names: readonly string[] = []): Say =>
  (subject, what) =>
    write(`${subject.padEnd(columnFor(names))}${what}`);

/** Answers the exit code. */
export async function status(dataDir: string, write: (line: string) => void): Promise<number> {
  const layout = layoutOf(dataDir);
  const config = readConfig(layout);
  if (!config && isMember(layout)) return statusOfMember(layout, write);
  if (!config) {
    write(`no cluster in ${dataDir}: start one with 'sudo ./orrery up'.`);
    return statusCode.stopped;
  }
  const specs = isHollow(layout) ? hollowSpecs(config) : clusterSpecs(config);
  const names = [...membersOf(config), ...specs].map(({ name }) => name);
  const say = saying(write, names);
  const alive = names.filter(name => describeProcess(layout, name, say)).length;
  const further = furtherNodes(layout).filter(({ layout }) => isMember(layout));
  const furtherAlive = further.filter(node => describeFurther(node, say)).length;
  if (alive === 0) return statusCode.stopped;
  const well = await describeCluster(layout, config, say);
  return well && alive === names.length && furtherAlive === further.length ? statusCode.well : statusCode.unwell;
}

function describeProcess(layout: Layout, name: string, say: Say): boolean {
  const kept = keptProcess(layout, name);
  const memory = kept?.child && residentBytes(kept.child);
  // Not every system says how much it is.
  const size = memory ? `   ${Math.round(memory / 1e6)} MB` : kept?.child ? '' : '   starting';
  say(name, kept ? `running   pid ${kept.child ?? kept.keeper}${size}` : 'stopped');
  return kept !== undefined;
}

async function statusOfMember(layout: Layout, write: (line: string) => void): Promise<number> {
  if (!describeProcess(layout, furtherProcess, saying(write))) return statusCode.stopped;
  return (await describeMember(layout, write)) ? statusCode.well : statusCode.unwell;
}

/** A node that was switched off, or whose cable was pulled, is meant to be so, and is not well for all that. */
function describeFurther({ layout }: FurtherNode, say: Say): boolean {
  const { nodeName = '', lab } = readMember(layout) ?? {};
  if (lab?.power === 'off') {
    say(nodeName, 'switched off');
    return false;
  }
  const note = lab?.cable === 'pulled' ? '   its cable is pulled' : '';
  return describeProcess(layout, furtherProcess, (_, what) => say(nodeName, `${what}${note}`));
}

async function describeCluster(layout: Layout, config: ClusterConfig, say: Say): Promise<boolean> {
  const admin = mayRead(join(layout.kubeconfigs, 'admin.conf'));
  const together = admin ? await describeControlPlanes(layout, config, say) : true;
  const client = clientFor(layout);
  if (!client) {
    say('API server', "not asked: its credentials are root's, and those of who started it ('sudo' shows more)");
    return false;
  }
  try {
    const [nodeList, podList] = await Promise.all([client.list(nodes), client.list(pods)]);
    const ready = nodeList.items.filter(isReady);
    const runningPods = podList.items.filter(pod => pod.status?.phase === 'Running');
    say('API server', `https://${config.address}:${config.port}, storing in ${config.datastore}`);
    say('nodes', `${ready.length} of ${nodeList.items.length} Ready`);
    say('pods', `${runningPods.length} of ${podList.items.length} Running`);
    return together && ready.length === nodeList.items.length;
  } catch (error) {
    say('API server', `does not answer: ${(error as Error).message}`);
    return false;
  } finally {
    await client.close();
  }
}

/** Of those that stand in for each other, how many could. */
async function describeControlPlanes(layout: Layout, config: ClusterConfig, say: Say): Promise<boolean> {
  const { dataDir } = layout;
  const several = (config.controlPlanes ?? 1) > 1 ? apiServersOf(config) : [];
  const servers = several.map(({ port }) => adminClient(dataDir, `https://${config.address}:${port}`));
  const members = membersOf(config).map(member => memberClient(dataDir, memberUrl(config, member)));
  const ready = await countOf(servers, apiReady);
  const healthy = await countOf(members, memberHealthy);
  if (members.length > 0) say('etcd', `${healthy} of ${members.length} healthy`);
  if (servers.length > 0) say('API servers', `${ready} of ${servers.length} ready`);
  return healthy === members.length && ready === servers.length;
}

async function countOf(clients: readonly Client[], isWell: (client: Client) => Promise<boolean>): Promise<number> {
  const well = await Promise.all(
    clients.map(async client => {
      const answer = await isWell(client);
      await client.close();
      return answer;
    }),
  );
  return well.filter(Boolean).length;
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
