/** Two pods cannot have the same port of a node. */
import type { Filter } from './filter.js';

export const nodePorts: Filter = {
  name: 'NodePorts',
  wokenBy: ['NodeAdded', 'PodGone'],
  refuses: (pod, node) =>
    pod.hostPorts.some(port => node.hasPortConflict(port))
      ? ["node(s) didn't have free ports for the requested pod ports"]
      : [],
};
