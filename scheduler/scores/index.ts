/** All preferences; a node's rating is the weighted sum. */
import { leastAllocated } from './least-allocated.js';
import { nodePreference } from './node-affinity.js';
import type { Score } from './score.js';
import { spread } from './spread.js';
import { taintPreference } from './taint-toleration.js';

export const scores: readonly Score[] = [taintPreference, nodePreference, spread, leastAllocated];
