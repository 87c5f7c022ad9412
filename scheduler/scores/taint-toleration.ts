/** Prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate. */
import { anyTolerates } from '../../api/tolerations.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import { type Score, scaledDown } from './score.js';

export const taintPreference: Score = {
  name: 'TaintToleration',
  rate: (pod, nodes) => {
    const counts = nodes.map(node => (node.taints.length === 0 ? 0 : disliked(pod, node)));
    return counts.some(count => count > 0) ? scaledDown(counts) : undefined;
  },
};

const disliked = ({ tolerations }: PodInfo, { taints }: NodeState): number =>
  taints.filter(taint => taint.effect === 'PreferNoSchedule' && !anyTolerates(tolerations, taint)).length;
