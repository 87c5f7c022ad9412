/** A cordoned node takes only pods that tolerate it. */
import { anyTolerates } from '../../api/tolerations.js';
import type { Filter } from './filter.js';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  wokenBy: ['NodeAdded', 'NodeUnschedulable'],
  refuses: (pod, node) =>
    node.unschedulable && !anyTolerates(pod.tolerations, taint) ? ['node(s) were unschedulable'] : [],
};
