/** What a DaemonSet does next. Pure: see controller.ts for the promise. */
import type { DaemonSet, Node, Pod } from '../../api/types.js';
import { isReady, isTerminating, nextAvailable } from '../pod-state.js';
import { type Verdict, verdictOn } from './placement.js';
import { byNode, isAvailable, isUpdated, type PodsOnNodes } from './pods-on-nodes.js';
import { renewal } from './rollout.js';
import { type DaemonSetStatus, statusOf } from './status.js';

export interface Seen {
  set: DaemonSet;
  nodes: readonly Node[];
  /** The set's own. */
  pods: readonly Pod[];
  /** The hashes of the revisions that have the newest template. */
  hashes: ReadonlySet<string>;
  collisionCount: number;
  now: number;
}

export interface Plan {
  /** Nodes that get a pod. */
  create: string[];
  delete: Pod[];
  /** Pods that ended: they go, but not too often on one node. */
  ended: { pod: Pod; node: string }[];
  status: DaemonSetStatus;
  lookAgainAfterMs?: number;
}

export function planFor(seen: Seen): Plan {
  const { set, nodes, pods, now } = seen;
  const onNodes = byNode(pods);
  const verdicts = new Map(nodes.map(node => [node.metadata.name ?? '', verdictOn(node, set)]));
  const status = statusOf(seen, onNodes, verdicts);
  const next = nextAvailable(pods, set.spec?.minReadySeconds, now);
  const look = next === undefined ? {} : { lookAgainAfterMs: next - now };
  const placing = place(seen, onNodes, verdicts);
  const isSettled = placing.create.length + placing.delete.length + placing.ended.length === 0;
  // Nothing is renewed while pods are missing, or too many.
  const renewing = isSettled ? renewal(seen, onNodes, verdicts) : { create: [], delete: [] };
  return { ...placing, ...(isSettled ? renewing : {}), status, ...look };
}

export type Verdicts = ReadonlyMap<string, Verdict>;

function place(seen: Seen, onNodes: PodsOnNodes, verdicts: Verdicts) {
  const placing: Pick<Plan, 'create' | 'delete' | 'ended'> = { create: [], delete: [], ended: [] };
  for (const [node, { shouldRun, mayStay }] of verdicts) {
    const pods = onNodes.get(node);
    const staying = (pods ?? []).filter(pod => !isTerminating(pod));
    if (shouldRun && !pods) placing.create.push(node);
    else if (!mayStay) placing.delete.push(...staying);
    else {
      const ended = staying.filter(hasEnded);
      placing.ended.push(...ended.map(pod => ({ pod, node })));
      const running = staying.filter(pod => !hasEnded(pod));
      placing.delete.push(...(surges(seen.set) ? surplusWithSurge(running, seen) : running.slice(1)));
    }
  }
  // A pod that waits for a node that is no more is never placed, and so never collected with it.
  for (const [node, pods] of onNodes) {
    if (!verdicts.has(node)) placing.delete.push(...pods.filter(pod => !pod.spec?.nodeName && !isTerminating(pod)));
  }
  return placing;
}

const hasEnded = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';

function surges({ spec }: DaemonSet): boolean {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  const surge = rollingUpdate?.maxSurge;
  return type !== 'OnDelete' && surge !== undefined && surge !== 0 && surge !== '0%';
}

/** One pod of each template may be there; the old one until the new one serves in its place. */
function surplusWithSurge(running: readonly Pod[], { set, hashes, now }: Seen): Pod[] {
  const [fresh, ...more] = running.filter(pod => isUpdated(pod, hashes));
  const [old, ...older] = running.filter(pod => !isUpdated(pod, hashes));
  const isReplaced = fresh && old && (!isReady(old) || isAvailable(set, fresh, now));
  return [...more, ...older, ...(isReplaced ? [old] : [])];
}
