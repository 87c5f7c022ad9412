/** The nodes' part: each is registered, says that it is Ready, and renews its lease, unless the script has it fall silent. */

import type { Logger } from 'pino';
import type { Clock } from '../../api/clock.js';
import type { Lease, Node } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { leases, nodes } from '../../client/resources.js';
import { inTime } from '../../client/runtime/in-time.js';
import { isNotFound } from '../../client/runtime/writer.js';
import { usualThresholds } from '../eviction/thresholds.js';
import type { Limit } from '../limit.js';
import { type NodeHealth, nodeConditions } from '../node/conditions.js';
import { leaseOf, leasePatienceMs } from '../node/lease.js';
import type { Machine } from '../node/machine.js';
import { newNode, nodeLabels, nodeStatus } from '../node/node.js';
import { nodeAddress } from './addresses.js';
import type { HollowScript } from './script.js';

export interface HollowNode {
  /** Its number, and its name. */
  index: number;
  name: string;
}

export interface NodesOptions {
  client: Client;
  clock: Clock;
  /** From 0 to below 1: heartbeats of many nodes are spread. */
  random: () => number;
  log: Logger;
  script: HollowScript;
  signal: AbortSignal;
  /** Shared by all nodes: so many requests at a time. */
  limit: Limit;
  /** When the process began, in ms. */
  startedAt: number;
}

const retryMs = 1000;
/** A status that says the same is written again after so long, as kubelets do. */
const repeatStatusMs = 300_000;

/** Nothing is ever short, and nothing is wrong. */
const well: NodeHealth = { pressures: [], problems: [] };

const machineOf = (name: string, { cpus, memoryBytes }: HollowScript): Machine => ({
  hostname: name,
  architecture: 'amd64',
  cpus,
  memoryBytes,
  diskBytes: 10 ** 12,
  kernelVersion: 'hollow',
  osImage: 'hollow',
  machineID: name,
  systemUUID: name,
  bootID: name,
  selinux: false,
  apparmor: false,
});

/** Pure. No range of pod addresses is claimed: that is the cluster's to give. */
export function hollowNode({ index, name }: HollowNode, script: HollowScript, now: number): Node {
  const facts = {
    name,
    ip: nodeAddress(index),
    podCidr: '',
    port: 10250,
    machine: machineOf(name, script),
    thresholds: usualThresholds,
    runtimeVersion: 'hollow://1',
  };
  const zone = script.zones > 0 ? { 'topology.kubernetes.io/zone': `zone-${index % script.zones}` } : {};
  const labels = { ...nodeLabels(facts), 'orrery.dev/hollow': 'true', ...zone };
  const told = nodeStatus(facts);
  const pods = String(script.pods);
  return {
    ...newNode(facts),
    metadata: { name, labels },
    spec: {},
    status: {
      ...told,
      capacity: { ...told.capacity, pods },
      allocatable: { ...told.allocatable, pods },
      conditions: nodeConditions([], well, now),
    },
  };
}

/** Whether the script has the node say nothing at this time. */
export const isSilent = (node: string, { outages }: HollowScript, sinceStart: number): boolean =>
  outages.some(
    outage => outage.node === node && sinceStart >= outage.afterMs && sinceStart < outage.afterMs + outage.forMs,
  );

/** Lives until the signal aborts. */
export async function liveNode(node: HollowNode, options: NodesOptions): Promise<void> {
  const { clock, limit, log, random, script, signal, startedAt } = options;
  let held: { lease: Lease; registered: Node } | undefined;
  let statusAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    let wait = held ? script.heartbeatMs : script.heartbeatMs * random();
    try {
      if (!isSilent(node.name, script, clock.now() - startedAt)) {
        if (clock.now() - statusAt >= repeatStatusMs) {
          const registered = await limit.run(() => register(node, options));
          statusAt = clock.now();
          const known = held?.registered.metadata.uid === registered.metadata.uid ? held?.lease : undefined;
          held = { registered, lease: await limit.run(() => renewInTime(registered, known, options)) };
        } else if (held) {
          const { lease, registered } = held;
          held = { registered, lease: await limit.run(() => renewInTime(registered, lease, options)) };
        }
      }
    } catch (error) {
      if (!signal.aborted)
        log.debug({ node: node.name, reason: (error as Error).message }, 'a hollow node was not heard');
      // It may have been deleted, or its lease written by others: it begins again.
      statusAt = Number.NEGATIVE_INFINITY;
      held = undefined;
      wait = retryMs;
    }
    await clock.sleep(wait, signal);
  }
}

async function register(node: HollowNode, { client, clock, script, signal }: NodesOptions): Promise<Node> {
  const { name } = node;
  const wanted = hollowNode(node, script, clock.now());
  const cause = `hollow ${name} <- registration`;
  const existing = await client.get(nodes, { name }, { signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  const registered = existing ?? (await client.create(nodes, wanted, { signal, cause }));
  const conditions = nodeConditions(registered.status?.conditions ?? [], well, clock.now());
  const status = { ...wanted.status, conditions };
  return client.patch(nodes, { name }, 'strategic', { status }, { subresource: 'status', signal, cause });
}

const renewInTime = (node: Node, held: Lease | undefined, options: NodesOptions): Promise<Lease> =>
  inTime(options.clock, leasePatienceMs, options.signal, signal => renew(node, held, { ...options, signal }));

async function renew(node: Node, held: Lease | undefined, { client, clock, signal }: NodesOptions): Promise<Lease> {
  const name = node.metadata.name ?? '';
  const where = { namespace: 'kube-node-lease', name };
  const lease =
    held ??
    (await client.get(leases, where, { signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    }));
  const fresh = leaseOf(node, lease, clock.now());
  const options = { signal, cause: `hollow ${name} <- heartbeat` };
  return lease ? client.update(leases, fresh, options) : client.create(leases, fresh, options);
}
