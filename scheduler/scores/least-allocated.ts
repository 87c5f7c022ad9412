/** Prefers nodes with more of their CPU and memory left, once the pod stands there. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { Score } from './score.js';

const resources = ['cpu', 'memory'];

export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  rate: (pod, nodes) => nodes.map(node => freePercent(pod, node)),
};

function freePercent(pod: PodInfo, node: NodeState): number {
  let sum = 0;
  for (const name of resources) {
    const all = node.allocatable[name] ?? 0;
    const used = (node.scoringRequested[name] ?? 0) + (pod.scoringRequests[name] ?? 0);
    if (all > 0 && used < all) sum += ((all - used) * 100) / all;
  }
  return sum / resources.length;
}
