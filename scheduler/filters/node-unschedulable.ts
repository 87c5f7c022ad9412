/** A cordoned node takes only pods that tolerate it. */
import { anyTolerates } from '../../api/tolerations.js';
import { type Filter, lasting } from './filter.js';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const unschedulable = lasting('node(s) were unschedulable');

export const nodeUnschedulable: Filter = {
  name: 'NodeUnschedulable',
  wakes: { NodeAdded: true, NodeUnschedulable: (_, { node }) => !node?.spec?.unschedulable },
  prepare: pod =>
    anyTolerates(pod.tolerations, taint)
      ? undefined
      : { refuses: node => (node.unschedulable ? unschedulable : undefined) },
};
