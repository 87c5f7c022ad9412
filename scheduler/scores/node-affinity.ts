/** Prefers nodes that match more (by weight) of the pod's preferred node affinity. */
import { matchesTerm } from '../../api/selectors/node-terms.js';
import type { NodeState } from '../model/node-state.js';
import { type Score, scaled } from './score.js';

export const nodePreference: Score = {
  name: 'NodeAffinity',
  rate: ({ pod }, nodes) => {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return undefined;
    const weightOf = (node: NodeState): number =>
      preferred.reduce((sum, { preference, weight }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
    return scaled(nodes.map(weightOf));
  },
};
