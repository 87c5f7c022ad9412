/** A pod that names its node is for that node alone. */
import { type Filter, lasting } from './filter.js';

const another = lasting("node(s) didn't match the requested node name");

export const nodeName: Filter = {
  name: 'NodeName',
  wakes: { NodeAdded: ({ pod }, { node }) => pod.spec?.nodeName === node?.metadata.name },
  prepare: ({ pod }) => {
    const wanted = pod.spec?.nodeName;
    return wanted ? { refuses: node => (node.name === wanted ? undefined : another) } : undefined;
  },
};
