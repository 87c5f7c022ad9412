/** A pod's node selector and required node affinity: all labels of the one, and any term of the other. */
import { type Filter, lasting } from './filter.js';
import { addedTerms, matchesNode, namedNodes } from './node-selector.js';

const unmatched = lasting("node(s) didn't match Pod's node affinity/selector");
const unmatchedByProfile = lasting("node(s) didn't match scheduler-enforced node affinity");

export const nodeAffinity: Filter = {
  name: 'NodeAffinity',
  wakes: {
    NodeAdded: ({ pod }, { node }) => node === undefined || matchesNode(pod, nodeOf(node)),
    NodeLabels: ({ pod }, { node }) => node === undefined || matchesNode(pod, nodeOf(node)),
  },
  prepare: ({ pod }, _, { addedAffinity }) => {
    const asks = pod.spec?.nodeSelector || pod.spec?.affinity?.nodeAffinity;
    if (!asks && !addedAffinity) return undefined;
    const only = namedNodes(pod);
    return {
      refuses: node => {
        if (!addedTerms(addedAffinity, node)) return unmatchedByProfile;
        return matchesNode(pod, node) ? undefined : unmatched;
      },
      ...(only ? { only } : {}),
    };
  },
};

const nodeOf = ({ metadata }: { metadata: { name?: string; labels?: Record<string, string> } }) => ({
  name: metadata.name ?? '',
  labels: metadata.labels ?? {},
});
