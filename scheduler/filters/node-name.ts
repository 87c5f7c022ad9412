/** A pod that names its node is for that node alone. */
import type { Filter } from './filter.js';

export const nodeName: Filter = {
  name: 'NodeName',
  wokenBy: ['NodeAdded'],
  refuses: ({ pod }, node) =>
    pod.spec?.nodeName && pod.spec.nodeName !== node.name ? ["node(s) didn't match the requested node name"] : [],
};
