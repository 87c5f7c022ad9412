/** Two pods cannot have the same port of a node. */
import { type Filter, refusal } from './filter.js';

const taken = refusal("node(s) didn't have free ports for the requested pod ports");

export const nodePorts: Filter = {
  name: 'NodePorts',
  wakes: {
    NodeAdded: true,
    PodGone: (waiting, { pod }) =>
      pod === undefined ||
      pod.hostPorts.some(gone =>
        waiting.hostPorts.some(({ port, protocol }) => port === gone.port && protocol === gone.protocol),
      ),
  },
  prepare: ({ hostPorts }) =>
    hostPorts.length === 0
      ? undefined
      : { refuses: node => (hostPorts.some(port => node.hasPortConflict(port)) ? taken : undefined) },
};
