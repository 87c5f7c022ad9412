/** The decision: which node is to have a pod, or why none can. Pure. */
import { filters, topologyFilters } from './filters/index.js';
import type { NodeState } from './model/node-state.js';
import type { PodInfo } from './model/pod-info.js';
import { scores } from './scores/index.js';

export interface Placement {
  node: string;
  /** How the chosen node was rated, by the name of the score, weighted: for the log. */
  ratings: Record<string, number>;
  /** Nodes that could have had it. */
  feasible: number;
}

export interface Refusal {
  /** Why each node was refused. */
  reasons: Map<string, string[]>;
  /** The filters that refused: what concerns one of them is worth another attempt. */
  refusedBy: Set<string>;
}

export interface Chance {
  /** From 0 to below 1: chooses among equals. */
  random: () => number;
  /** Where the search begins, so that not always the same nodes of a large cluster are looked at. */
  startAt?: number;
}

export type Plan = Placement | Refusal;

export const isPlacement = (plan: Plan): plan is Placement => 'node' in plan;

/** In large clusters it is enough to choose among some good nodes: Kubernetes' adaptive share, at least 100. */
export function enoughNodes(nodes: number): number {
  if (nodes < 100) return nodes;
  const percent = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(100, Math.floor((nodes * percent) / 100));
}

export function schedule(pod: PodInfo, nodes: readonly NodeState[], { random, startAt = 0 }: Chance): Plan {
  const enough = enoughNodes(nodes.length);
  const feasible: NodeState[] = [];
  const checks = checksFor(pod, nodes);
  const refusal: Refusal = { reasons: new Map(), refusedBy: new Set() };
  for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
    const node = nodes[(startAt + i) % nodes.length] as NodeState;
    const refused = firstRefusal(checks, node);
    if (refused) {
      refusal.reasons.set(node.name, refused.reasons);
      refusal.refusedBy.add(refused.name);
    } else feasible.push(node);
  }
  return feasible.length === 0 ? refusal : best(pod, feasible, random);
}

interface Check {
  name: string;
  refuses(node: NodeState): string[];
}

function checksFor(pod: PodInfo, nodes: readonly NodeState[]): Check[] {
  const alone = filters.map(({ name, refuses }) => ({ name, refuses: (node: NodeState) => refuses(pod, node) }));
  const together = topologyFilters.flatMap(({ name, prepare }) => {
    const refuses = prepare(pod, nodes);
    return refuses ? [{ name, refuses }] : [];
  });
  return [...alone, ...together];
}

/** A node is told by the first filter that refuses it, as Kubernetes does: its words are what users count. */
function firstRefusal(checks: readonly Check[], node: NodeState): { name: string; reasons: string[] } | undefined {
  for (const { name, refuses } of checks) {
    const reasons = refuses(node);
    if (reasons.length > 0) return { name, reasons };
  }
  return undefined;
}

function best(pod: PodInfo, feasible: readonly NodeState[], random: () => number): Placement {
  const rated = scores.map(score => ({ score, rates: score.rate(pod, feasible) }));
  const totals = feasible.map((_, i) =>
    rated.reduce((sum, { score, rates }) => sum + score.weight * (rates[i] ?? 0), 0),
  );
  const highest = Math.max(...totals);
  const equals = totals.flatMap((total, i) => (highest - total < 1e-9 ? [i] : []));
  const chosen = equals[Math.floor(random() * equals.length)] ?? 0;
  return {
    node: (feasible[chosen] as NodeState).name,
    ratings: Object.fromEntries(rated.map(({ score, rates }) => [score.name, score.weight * (rates[chosen] ?? 0)])),
    feasible: feasible.length,
  };
}

/** '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.' */
export function refusalMessage({ reasons }: Refusal): string {
  if (reasons.size === 0) return 'no nodes available to schedule pods';
  const counts = new Map<string, number>();
  for (const said of reasons.values()) for (const reason of said) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${reasons.size} nodes are available: ${parts.join(', ')}.`;
}
