/** All preferences; a node's rating is their sum, weighted by the profile. */
import { balancedAllocation } from './balanced-allocation.js';
import { imageLocality } from './image-locality.js';
import { podPreference } from './inter-pod-affinity.js';
import { nodePreference } from './node-affinity.js';
import { resourcesFit } from './resources-fit.js';
import type { Score } from './score.js';
import { taintPreference } from './taint-toleration.js';
import { spreadPreference } from './topology-spread.js';

export const scores: readonly Score[] = [
  taintPreference,
  nodePreference,
  spreadPreference,
  podPreference,
  resourcesFit,
  balancedAllocation,
  imageLocality,
];
