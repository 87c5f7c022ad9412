/** Prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate. */
import { anyTolerates } from '../../api/tolerations.js';
import { type Score, scaledDown } from './score.js';

export const taintPreference: Score = {
  name: 'TaintToleration',
  weight: 3,
  rate: (pod, nodes) =>
    scaledDown(
      nodes.map(
        node =>
          node.taints.filter(taint => taint.effect === 'PreferNoSchedule' && !anyTolerates(pod.tolerations, taint))
            .length,
      ),
    ),
};
