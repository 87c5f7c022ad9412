/**
 * A node that is not heard of for the grace period (40 s) is marked as such: its conditions become Unknown, its pods
 * are no longer ready, and it is tainted, so that nothing new is put there and what is there moves on (tainteviction/).
 * When the node is heard of again the taints go. Nodes are emptied one by one, and not at all while most of a small
 * zone, or every node there is, has fallen silent: then the fault is more likely ours. Taints for pressure and for
 * cordoned nodes follow what the node says.
 */
import { timestamp } from '../../api/clock.js';
import type { Node, Pod } from '../../api/types.js';
import { leases, nodes, pods } from '../../client/resources.js';
import type { Context, Controller, Reader } from '../../client/runtime/controller.js';
import { inParallel } from '../in-parallel.js';
import { named, nameOf } from '../keys.js';
import { isNodeReady } from './disruption.js';
import { EvictionTurns } from './eviction-turns.js';
import { deadline, type Health, observe, type Patience } from './health.js';
import { type Plan, planFor } from './plan.js';

const leaseNamespace = 'kube-node-lease';
export const kubernetesPatience: Patience = { graceMs: 40_000, startupGraceMs: 60_000 };

export function nodeLifecycleController(patience: Patience = kubernetesPatience): Controller {
  const healths = new Map<string, Health>();
  const turns = new EvictionTurns(patience.graceMs);
  return {
    name: 'node-controller',
    workers: 8,
    sources: [
      { resource: nodes, keysFor: keysForNode },
      {
        resource: leases,
        keysFor: now => (now?.metadata.namespace === leaseNamespace ? [now.metadata.name ?? ''] : []),
      },
      {
        resource: pods,
        keysFor: () => [],
        indexes: { node: (pod: Pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) },
      },
    ],

    async reconcile(key, context) {
      const { read, write, clock } = context;
      const now = clock.now();
      const { name } = nameOf(key);
      const node = read.get(nodes, { name });
      const known = healths.get(name);
      if (!node) {
        healths.delete(name);
        return undefined;
      }
      if (!known)
        write.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
      const health = observe(known, node, read.get(leases, { namespace: leaseNamespace, name }), now);
      healths.set(name, health);
      const left = deadline(health, node, patience) - now;
      const turnOf = (judged: Node) => turns.of(judged, withJudged(read.list(nodes), judged), now);
      const plan = planFor(node, read.byIndex(pods, 'node', name), left <= 0, turnOf, now);
      await carryOut(plan, node, context);
      if (plan.empties) turns.taken(node, now);
      const waits = [plan.lookAgainAfterMs, left > 0 ? left : undefined].filter(ms => ms !== undefined);
      return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined;
    },
  };
}

const withJudged = (all: readonly Node[], judged: Node): Node[] =>
  all.map(node => (node.metadata.name === judged.metadata.name ? judged : node));

/** When a node becomes ready, or ceases to be, what may be done to the others that are not ready changes. */
function keysForNode(now: Node | undefined, before: Node | undefined, read: Reader): string[] {
  const own = (now ?? before)?.metadata.name ?? '';
  const same = now && before && isNodeReady(now) === isNodeReady(before);
  if (same) return [own];
  const others = read.list(nodes).filter(node => !isNodeReady(node));
  return [own, ...others.map(node => node.metadata.name ?? '')];
}

/** Each patch names the version it is about: whatever the kubelet writes meanwhile wins, and is looked at anew. */
async function carryOut(plan: Plan, node: Node, { write, clock }: Context): Promise<void> {
  let { uid, resourceVersion } = node.metadata;
  if (plan.conditions.length > 0) {
    const patch = { metadata: { uid, resourceVersion }, status: { conditions: plan.conditions } };
    const written = await write.patch(nodes, named(node), 'strategic', patch, { subresource: 'status' });
    resourceVersion = written.metadata.resourceVersion;
    if (plan.conditions.some(({ type }) => type === 'Ready')) {
      write.event(node, 'Normal', 'NodeNotReady', `Node ${node.metadata.name} status is now: NodeNotReady`);
    }
  }
  if (plan.taints) {
    const taints = plan.taints.length > 0 ? plan.taints : null;
    await write.patch(nodes, named(node), 'merge', { metadata: { uid, resourceVersion }, spec: { taints } });
  }
  const lastTransitionTime = timestamp(clock.now());
  const [error] = await inParallel(plan.notReady, 16, async pod => {
    write.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    const status = { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] };
    const patch = { metadata: { uid: pod.metadata.uid }, status };
    await write.patch(pods, named(pod), 'strategic', patch, { subresource: 'status' });
  });
  if (error) throw error;
}
