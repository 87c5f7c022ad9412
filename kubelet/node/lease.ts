/** The node's heartbeat: a Lease of its name, renewed every ten seconds. While it is renewed the node is alive. */
import type { Logger } from 'pino';
import { type Clock, microTimestamp } from '../../api/clock.js';
import type { Lease, Node } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { leases } from '../../client/resources.js';
import { isNotFound } from '../../client/runtime/writer.js';

const namespace = 'kube-node-lease';
const durationSeconds = 40;
const renewMs = 10_000;
const retryMs = 1_000;

export interface HeartbeatOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Runs until the signal aborts. */
export async function keepLease(node: Node, { client, clock, log, signal }: HeartbeatOptions): Promise<void> {
  let held: Lease | undefined;
  while (!signal.aborted) {
    try {
      held = await renew(client, held, node, clock.now());
      await clock.sleep(renewMs, signal);
    } catch (error) {
      // Somebody may have written or deleted it: it is read anew.
      held = undefined;
      if (!signal.aborted) log.debug({ reason: (error as Error).message }, "the node's lease was not renewed");
      await clock.sleep(retryMs, signal);
    }
  }
}

async function renew(client: Client, held: Lease | undefined, node: Node, now: number): Promise<Lease> {
  const name = node.metadata.name ?? '';
  const lease =
    held ??
    (await client.get(leases, { namespace, name }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    }));
  const fresh = leaseOf(node, lease, now);
  const options = { cause: `kubelet ${name} <- heartbeat` };
  return lease ? client.update(leases, fresh, options) : client.create(leases, fresh, options);
}

/** The lease goes when its node goes. */
export function leaseOf(node: Node, before: Lease | undefined, now: number): Lease {
  const name = node.metadata.name ?? '';
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...before?.metadata, name, namespace, ownerReferences: [owner] },
    spec: {
      ...before?.spec,
      holderIdentity: name,
      leaseDurationSeconds: durationSeconds,
      renewTime: microTimestamp(now),
    },
  };
}
