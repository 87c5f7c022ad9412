/** What a pod requests must be free on the node, and a place among its pods. Limits and real use do not count. */
import type { Filter } from './filter.js';

export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  wokenBy: ['NodeAdded', 'NodeAllocatable', 'PodGone'],
  refuses: (pod, node) => {
    const reasons: string[] = [];
    if (node.pods.size + 1 > (node.allocatable.pods ?? 0)) reasons.push('Too many pods');
    for (const [name, amount] of Object.entries(pod.requests)) {
      const free = (node.allocatable[name] ?? 0) - (node.requested[name] ?? 0);
      if (amount > 0 && amount > free) reasons.push(`Insufficient ${name}`);
    }
    return reasons;
  },
};
