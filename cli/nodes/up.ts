/** `up --nodes N`: brings up the further nodes of a cluster whose control plane runs. Safe to say twice. */
import { systemClock } from '../../api/clock.js';
import { podRangeFor } from '../../api/network/pod-ranges.js';
import type { Client } from '../../client/client.js';
import { nodes } from '../../client/resources.js';
import { gatewayAnnotation } from '../../proxy/routes/plan.js';
import { type ClusterConfig, dataDirFlag, type Layout, writeConfig } from '../cluster/layout.js';
import { logSize } from '../cluster/processes.js';
import { adminClient, nodeReady, waitFor } from '../cluster/readiness.js';
import type { Steps } from '../cluster/steps.js';
import { Failure } from '../failure.js';
import {
  endNode,
  type FurtherNode,
  furtherName,
  furtherNode,
  furtherNodes,
  furtherProcess,
  isRunning,
  prepareNode,
  startNode,
  usualLab,
} from './further.js';
import { type LabState, type NodeConfig, readMember } from './member.js';
import { chooseRange, wireMachine } from './wire.js';

export interface FurtherUp {
  layout: Layout;
  config: ClusterConfig;
  steps: Steps;
  signal: AbortSignal;
  /** The number of one node; all of them unless given. */
  only?: number;
}

/** Nodes that were switched off stay so. Throws a Failure, with what was started ended again, when one does not come up. */
export async function bringUpFurther({ layout, config, steps, signal, only }: FurtherUp): Promise<void> {
  const count = (config.nodes ?? 1) - 1;
  if (count === 0) return;
  const all = Array.from({ length: count }, (_, i) => furtherNode(layout, i + 1));
  const range = await rangeFor(layout, config);
  const client = adminClient(layout.dataDir);
  try {
    await steps.run(`network of ${count + 1} nodes (${range})`, () => wireMachine(range, config.clusterCidr));
    const known = await prepareAll(all, layout, { ...config, nodeNetwork: range }, client);
    const meant = all.filter(({ n }) => only === undefined || n === only);
    const lab = ({ n }: FurtherNode): LabState => known.get(n)?.lab ?? usualLab;
    const on = meant.filter(node => lab(node).power === 'on');
    const names = on.filter(node => lab(node).cable === 'plugged').map(({ n }) => furtherName(config, n));
    const are = names.length > 1 ? 'nodes' : 'node';
    const what = names.length > 0 ? `${are} ${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} Ready` : 'nodes';
    if (on.length > 0)
      await steps.run(what, () => startAll(on, { layout, range, known, client, gateway: config.address, signal }));
    const flag = dataDirFlag(layout.dataDir);
    for (const node of meant) {
      const name = furtherName(config, node.n);
      const { power, cable } = lab(node);
      if (power === 'off') steps.say(`node ${name} is switched off: 'sudo ./orrery node start ${name}${flag}'`);
      else if (cable === 'pulled')
        steps.say(`the cable of ${name} is pulled: 'sudo ./orrery node heal ${name}${flag}'`);
    }
  } finally {
    await client.close();
  }
}

/** What stands is not moved under nodes that run. */
async function rangeFor(layout: Layout, config: ClusterConfig): Promise<string> {
  const { nodeNetwork, clusterCidr, serviceCidr } = config;
  if (nodeNetwork && furtherNodes(layout).some(isRunning)) return nodeNetwork;
  const range = await chooseRange(nodeNetwork, [clusterCidr, serviceCidr]);
  if (range !== nodeNetwork) writeConfig(layout, { ...config, nodeNetwork: range });
  return range;
}

async function prepareAll(
  all: readonly FurtherNode[],
  layout: Layout,
  cluster: ClusterConfig,
  client: Client,
): Promise<Map<number, NodeConfig>> {
  const { items } = await client.list(nodes);
  const own = (node: FurtherNode): string | undefined => readMember(node.layout)?.podCidr;
  // Machines that have joined have ranges, too.
  const taken = [
    cluster.podCidr,
    ...items.flatMap(({ spec }) => (spec?.podCIDR ? [spec.podCIDR] : [])),
    ...furtherNodes(layout).flatMap(node => own(node) ?? []),
  ];
  const known = new Map<number, NodeConfig>();
  for (const node of all) {
    const podCidr = own(node) ?? podRangeFor(cluster.clusterCidr, node.n, taken);
    if (podCidr === undefined)
      throw new Failure(`no range of pods is left in ${cluster.clusterCidr} for node ${furtherName(cluster, node.n)}.`);
    taken.push(podCidr);
    known.set(node.n, await prepareNode(node, layout.dataDir, { cluster, range: cluster.nodeNetwork ?? '', podCidr }));
  }
  return known;
}

interface Start {
  layout: Layout;
  range: string;
  known: ReadonlyMap<number, NodeConfig>;
  client: Client;
  /** This machine's address. */
  gateway: string;
  signal: AbortSignal;
}

async function startAll(all: readonly FurtherNode[], start: Start): Promise<void> {
  const started = all.filter(node => !isRunning(node));
  try {
    await Promise.all(all.map(node => startOne(node, started.includes(node), start)));
  } catch (error) {
    // Why it did not come up matters more than what keeps it from being ended; `down` will say that.
    await Promise.all(started.map(node => endNode(node, start.layout.dataDir).catch(() => undefined)));
    throw error;
  }
}

/** A node whose cable is pulled cannot be heard of, and is not waited for. */
async function startOne(
  node: FurtherNode,
  isNew: boolean,
  { layout, range, known, client, gateway, signal }: Start,
): Promise<void> {
  const config = known.get(node.n);
  if (!config?.lab) return;
  const logFrom = logSize(node.layout, furtherProcess);
  const began = systemClock.now();
  if (isNew) await startNode(node, layout.dataDir, range, config.lab);
  if (config.lab.cable === 'pulled') return;
  const waiting = {
    process: furtherProcess,
    what: `Ready node ${config.nodeName}`,
    timeoutMs: 90_000,
    signal,
    logFrom,
  };
  await waitFor(() => nodeReady(client, config.nodeName, isNew ? began : 0), waiting, node.layout, systemClock);
  // Machines that have joined reach its pods by way of this one.
  const annotations = { [gatewayAnnotation]: gateway };
  await client.patch(nodes, { name: config.nodeName }, 'merge', { metadata: { annotations } });
}
