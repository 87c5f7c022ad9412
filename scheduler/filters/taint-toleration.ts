/** A node with a taint takes only pods that tolerate it. */
import { anyTolerates } from '../../api/tolerations.js';
import type { Taint } from '../../api/types.js';
import type { PodInfo } from '../model/pod-info.js';
import { type Filter, lasting } from './filter.js';

/** The first taint that keeps the pod away. */
export const untolerated = ({ tolerations }: PodInfo, taints: readonly Taint[]): Taint | undefined =>
  taints.find(
    taint => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !anyTolerates(tolerations, taint),
  );

export const taintToleration: Filter = {
  name: 'TaintToleration',
  wakes: {
    NodeAdded: (pod, { node }) => !untolerated(pod, node?.spec?.taints ?? []),
    NodeTaints: (pod, { node }) => !untolerated(pod, node?.spec?.taints ?? []),
  },
  prepare: pod => ({
    refuses: node => {
      if (node.taints.length === 0) return undefined;
      const taint = untolerated(pod, node.taints);
      return taint && lasting(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
    },
  }),
};
