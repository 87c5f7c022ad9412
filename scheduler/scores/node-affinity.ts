/** Prefers nodes that match more (by weight) of the pod's preferred node affinity. */
import { matchesTerm } from '../../api/selectors/node-terms.js';
import { type Score, scaled } from './score.js';

export const nodePreference: Score = {
  name: 'NodeAffinity',
  weight: 2,
  rate: ({ pod }, nodes) => {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const weightOf = (node: (typeof nodes)[number]): number =>
      preferred.reduce((sum, { preference, weight }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
    return scaled(nodes.map(weightOf));
  },
};
