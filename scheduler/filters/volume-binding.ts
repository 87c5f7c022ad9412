/** A pod's claims must be bound to volumes that the node reaches; those that wait for their first pod must find one there. */
import { planVolumes } from '../volumes/plan.js';
import { podClaims } from '../volumes/pod-claims.js';
import { type Filter, lasting } from './filter.js';

export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  wakes: { NodeAdded: true, NodeLabels: true, Storage: true },
  prepare: ({ pod }, { volumes }) => {
    const claims = podClaims(pod, volumes);
    if (!claims || 'everywhere' in claims) return claims;
    return {
      refuses: node => {
        const plan = planVolumes(claims, node, volumes);
        return 'reasons' in plan ? lasting(...plan.reasons) : undefined;
      },
    };
  },
};
