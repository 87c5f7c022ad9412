/** What is to be written about a node. Pure: see controller.ts for the promise. */
import { timestamp } from '../../api/clock.js';
import type { Node, NodeCondition, Pod, Taint } from '../../api/types.js';
import { isReady } from '../pod-state.js';
import { isNodeReady } from './disruption.js';
import type { Turn } from './eviction-turns.js';
import { taintsFor } from './taints.js';

export interface Plan {
  /** Conditions of the node that change. */
  conditions: NodeCondition[];
  /** All taints of the node; absent when they are right. */
  taints?: Taint[];
  /** The node begins to be emptied. */
  empties: boolean;
  /** Pods that are no longer ready, because their node is not heard of. */
  notReady: Pod[];
  lookAgainAfterMs?: number;
}

/** What kubelets report; of a silent one nothing of it is known any more. */
const reported = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** `pods` are the node's. `turnOf` says, of the node as it will be, whether it may be emptied. */
export function planFor(
  node: Node,
  pods: readonly Pod[],
  silent: boolean,
  turnOf: (judged: Node) => Turn,
  now: number,
): Plan {
  const conditions = silent ? unknownConditions(node, now) : [];
  const judged: Node = { ...node, status: { ...node.status, conditions: withChanges(node, conditions) } };
  const turn: Turn = isNodeReady(judged) ? { evictions: 'later' } : turnOf(judged);
  const taints = taintsFor(judged, turn.evictions, now);
  const drivesOut = (list: readonly Taint[] = []): boolean => list.some(({ effect }) => effect === 'NoExecute');
  const empties = drivesOut(taints) && !drivesOut(node.spec?.taints);
  return {
    conditions,
    ...(taints ? { taints } : {}),
    empties,
    notReady: silent ? pods.filter(isReady) : [],
    ...(turn.waitMs === undefined ? {} : { lookAgainAfterMs: turn.waitMs }),
  };
}

function withChanges(node: Node, changes: readonly NodeCondition[]): NodeCondition[] {
  const kept = (node.status?.conditions ?? []).filter(({ type }) => !changes.some(change => change.type === type));
  return [...kept, ...changes];
}

function unknownConditions(node: Node, now: number): NodeCondition[] {
  const lastTransitionTime = timestamp(now);
  return reported.flatMap(type => {
    const known = node.status?.conditions?.find(condition => condition.type === type);
    if (known?.status === 'Unknown') return [];
    const common = { type, status: 'Unknown', lastTransitionTime };
    if (known) {
      const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
      return [{ ...known, ...common, ...why }];
    }
    const why = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' };
    return [{ ...common, ...why, lastHeartbeatTime: String(node.metadata.creationTimestamp ?? lastTransitionTime) }];
  });
}
