/** A node with a taint takes only pods that tolerate it. */
import { anyTolerates } from '../../api/tolerations.js';
import type { Filter } from './filter.js';

export const taintToleration: Filter = {
  name: 'TaintToleration',
  wokenBy: ['NodeAdded', 'NodeTaints'],
  refuses: (pod, node) => {
    const taint = node.taints.find(
      ({ effect, ...rest }) =>
        (effect === 'NoSchedule' || effect === 'NoExecute') && !anyTolerates(pod.tolerations, { effect, ...rest }),
    );
    return taint ? [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`] : [];
  },
};
