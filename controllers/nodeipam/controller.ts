/**
 * Every node has a range of the cluster's pod addresses, and no two have the same: a node that comes without one is given
 * the next that is free, once and for all. A node that brings its own keeps it.
 */
import { podRangeFor } from '../../api/network/pod-ranges.js';
import type { Node } from '../../api/types.js';
import { nodes } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { nameOf, ownKey } from '../keys.js';
import { except, isConflict, isNotFound } from '../refusals.js';

const retryMs = 10_000;

export const rangesOf = ({ spec }: Node): string[] => spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);

/** One worker: two nodes must not be given the same. */
export function nodeRangeController(clusterCidr: string): Controller {
  /** What was given, until the cache shows it. */
  const given = new Map<string, string>();
  return {
    name: 'node-ipam-controller',
    sources: [{ resource: nodes, keysFor: ownKey }],
    async reconcile(key, { read, write }) {
      const { name } = nameOf(key);
      const node = read.get(nodes, { name });
      if (!node || rangesOf(node).length > 0) {
        given.delete(name);
        return undefined;
      }
      const taken = [...read.list(nodes).flatMap(rangesOf), ...given.values()];
      const range = given.get(name) ?? podRangeFor(clusterCidr, 0, taken);
      if (range === undefined) {
        write.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
        return { requeueAfterMs: retryMs };
      }
      given.set(name, range);
      const { uid, resourceVersion } = node.metadata;
      const patch = { metadata: { uid, resourceVersion }, spec: { podCIDR: range, podCIDRs: [range] } };
      const refused = await write
        .patch(nodes, { name }, 'strategic', patch)
        .then(() => false, except(isConflict, isNotFound));
      // Its kubelet wrote first: the newer node is looked at when it is seen.
      if (refused === undefined) given.delete(name);
      return undefined;
    },
  };
}
