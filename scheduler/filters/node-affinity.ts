/** A pod's node selector and required node affinity: all labels of the one, and any term of the other. */
import { matchesTerm } from '../../api/selectors/node-terms.js';
import type { Filter } from './filter.js';

export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  wokenBy: ['NodeAdded', 'NodeLabels'],
  refuses: ({ pod }, node) => {
    const selected = Object.entries(pod.spec?.nodeSelector ?? {}).every(([name, value]) => node.labels[name] === value);
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    const affine = !required || required.nodeSelectorTerms.some(term => matchesTerm(term, node));
    return selected && affine ? [] : ["node(s) didn't match Pod's node affinity/selector"];
  },
};
