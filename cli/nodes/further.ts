/** The further nodes of a cluster on one machine: what is kept of each, and how one is started and ended. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../api/clock.js';
import { ensureNodePki } from '../../apiserver/pki/index.js';
import { type ClusterConfig, type Layout, layoutOf } from '../cluster/layout.js';
import {
  componentCommand,
  isDown,
  keepCommand,
  keptProcess,
  nodeSpec,
  orreryCommand,
  stopProcess,
} from '../cluster/processes.js';
import { Failure } from '../failure.js';
import { isMember, type LabState, type NodeConfig, readMember, writeMember } from './member.js';
import { ensureNamespace, unwireNode, wireNode } from './wire.js';
import { addressIn, namespaceOf } from './wiring.js';

export interface FurtherNode {
  /** From 1: the machine itself is the cluster's first node. */
  n: number;
  /** Of its own data directory. */
  layout: Layout;
}

/** Of all that were ever made, whether they run or not. */
export function furtherNodes({ nodes: folder }: Layout): FurtherNode[] {
  const names = existsSync(folder) ? readdirSync(folder).filter(name => /^[1-9]\d*$/.test(name)) : [];
  return names.map(name => ({ n: Number(name), layout: layoutOf(join(folder, name)) })).sort((a, b) => a.n - b.n);
}

export const furtherNode = ({ nodes }: Layout, n: number): FurtherNode => ({
  n,
  layout: layoutOf(join(nodes, String(n))),
});

export const furtherName = ({ nodeName }: Pick<ClusterConfig, 'nodeName'>, n: number): string => `${nodeName}-${n}`;

/** The name of its process's log and pid file, below its own folders. */
export const furtherProcess = nodeSpec.name;

export const isRunning = ({ layout }: FurtherNode): boolean => keptProcess(layout, furtherProcess) !== undefined;

export const usualLab: LabState = { power: 'on', cable: 'plugged' };

export interface Prepare {
  cluster: ClusterConfig;
  /** Of the nodes on this machine. */
  range: string;
  /** Of its pods; decided once. */
  podCidr: string;
}

/** Writes what the node needs to know, and its credentials: both as they were, unless an address has changed. */
export async function prepareNode(
  node: FurtherNode,
  clusterDir: string,
  { cluster, range, podCidr }: Prepare,
): Promise<NodeConfig> {
  const { n, layout } = node;
  const { serviceCidr, clusterCidr, resolvConf } = cluster;
  const nodeName = furtherName(cluster, n);
  const address = addressIn(range, n);
  const server = `https://${cluster.address}:${cluster.port}`;
  const config: NodeConfig = {
    nodeName,
    address,
    kubeletPort: cluster.kubeletPort,
    serviceCidr,
    clusterCidr,
    podCidr,
    server,
    ...(resolvConf === undefined ? {} : { resolvConf }),
    // Each node's pods in a group of their own: what is ended with one node is not another's.
    cgroupParent: `/kubepods-${nodeName}`,
    lab: readMember(layout)?.lab ?? usualLab,
  };
  writeMember(layout, config);
  const now = systemClock.now();
  await ensureNodePki({ clusterDir, dataDir: layout.dataDir, nodeName, addresses: [address], server, now });
  return config;
}

const within = (dataDir: string, n: number): string[] => ['nsenter', `--net=/run/netns/${namespaceOf(dataDir, n)}`];

/** Its kubelet and its proxy, kept alive in its namespace. */
export async function startNode(
  { n, layout }: FurtherNode,
  clusterDir: string,
  range: string,
  { cable }: LabState,
): Promise<void> {
  await wireNode(clusterDir, n, range, cable === 'plugged');
  keepCommand(layout, furtherProcess, componentCommand(layout, nodeSpec), {
    within: within(clusterDir, n),
  });
}

/** Its processes, its pods and its network. Interrupted, it can be said again. Throws a Failure that says what stays. */
export async function endNode(node: FurtherNode, clusterDir: string): Promise<void> {
  const { n, layout } = node;
  await stopProcess(layout, furtherProcess, systemClock);
  if (!isDown(layout)) {
    // The plug-ins that take a pod's network away must not meet the machine's own.
    await ensureNamespace(clusterDir, n);
    await runWithin(clusterDir, n, orreryCommand('end-node', '--data-dir', layout.dataDir));
  }
  await unwireNode(clusterDir, n);
}

function runWithin(clusterDir: string, n: number, command: readonly string[]): Promise<void> {
  const [nsenter = '', ...args] = [...within(clusterDir, n), ...command];
  const child = spawn(nsenter, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code =>
      code === 0 ? resolve() : reject(new Failure(`node ${n} could not be ended: ${said.trim() || `exit ${code}`}`)),
    );
  });
}

/** Throws a Failure for a name that is none of them. */
export function furtherNodeNamed(layout: Layout, name: string): { node: FurtherNode; config: NodeConfig } {
  const all = furtherNodes(layout).flatMap(node => {
    const config = isMember(node.layout) ? readMember(node.layout) : undefined;
    return config ? [{ node, config }] : [];
  });
  const found = all.find(({ config }) => config.nodeName === name);
  if (found) return found;
  const names = all.map(({ config }) => config.nodeName);
  throw new Failure(
    names.length === 0
      ? `the cluster in ${layout.dataDir} has no further nodes on this machine: 'sudo ./orrery up --nodes 3' makes two.`
      : `${name} is none of the further nodes on this machine: they are ${names.join(', ')}.`,
  );
}

/** When nothing of it runs any more. */
export const removeNode = ({ layout }: FurtherNode): void => rmSync(layout.dataDir, { recursive: true, force: true });
