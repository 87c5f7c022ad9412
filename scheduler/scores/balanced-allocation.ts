/** Prefers nodes whose resources would be used alike, so that none runs out while the others lie idle. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { ResourceWeight } from '../profiles/profile.js';
import { most, type Score } from './score.js';

export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  rate: (pod, nodes, _, { balanced }) =>
    balanced.some(({ name }) => pod.requests[name]) ? nodes.map(node => balance(pod, node, balanced)) : undefined,
};

function balance(pod: PodInfo, node: NodeState, resources: readonly ResourceWeight[]): number {
  const shares: number[] = [];
  for (const { name } of resources) {
    const all = node.allocatable[name] ?? 0;
    if (all > 0) shares.push(Math.min(1, ((node.requested[name] ?? 0) + (pod.requests[name] ?? 0)) / all));
  }
  return Math.trunc((1 - deviation(shares)) * most);
}

function deviation(shares: readonly number[]): number {
  if (shares.length < 2) return 0;
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
}
