/** The node's heartbeat: a Lease of its name, renewed every ten seconds. While it is renewed the node is alive. */
import type { Logger } from 'pino';
import { type Clock, microTimestamp } from '../../api/clock.js';
import type { Lease, Node } from '../../api/types.js';
import type { Client } from '../../client/client.js';
import { leases } from '../../client/resources.js';
import { inTime } from '../../client/runtime/in-time.js';
import { isNotFound } from '../../client/runtime/writer.js';

const namespace = 'kube-node-lease';
const durationSeconds = 40;
const renewMs = 10_000;
const retryMs = 1_000;
/** A server that hangs is asked anew, perhaps another, while the lease still holds: Kubernetes' kubelet waits as long. */
export const leasePatienceMs = 10_000;

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
      const before = held;
      held = await inTime(clock, leasePatienceMs, signal, within => renew(client, before, node, clock.now(), within));
      await clock.sleep(renewMs, signal);
    } catch (error) {
      // Somebody may have written or deleted it: it is read anew.
      held = undefined;
      if (!signal.aborted) log.debug({ reason: (error as Error).message }, "the node's lease was not renewed");
      await clock.sleep(retryMs, signal);
    }
  }
}

async function renew(
  client: Client,
  held: Lease | undefined,
  node: Node,
  now: number,
  signal: AbortSignal,
): Promise<Lease> {
  const name = node.metadata.name ?? '';
  const lease =
    held ??
    (await client.get(leases, { namespace, name }, { signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    }));
  const fresh = leaseOf(node, lease, now);
  const options = { signal, cause: `kubelet ${name} <- heartbeat` };
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
