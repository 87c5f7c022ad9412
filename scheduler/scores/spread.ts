/**
 * Spreads the replicas of one controller: prefers nodes with fewer of its pods, and, where nodes are in zones, zones with
 * fewer. Counts are kept with each node, so this does not look at pods.
 */
import type { NodeState } from '../model/node-state.js';
import { type Score, scaledDown } from './score.js';

const zoneLabel = 'topology.kubernetes.io/zone';
/** A zone that fails takes more with it than a node does. */
const zoneShare = 2 / 3;

export const spread: Score = {
  name: 'SelectorSpread',
  weight: 2,
  rate: ({ ownerUid }, nodes) => {
    if (ownerUid === undefined) return nodes.map(() => 100);
    const counts = nodes.map(node => node.perOwner.get(ownerUid) ?? 0);
    const byNode = scaledDown(counts);
    const byZone = zoneRates(nodes, counts);
    return byZone ? byNode.map((rate, i) => rate * (1 - zoneShare) + (byZone[i] ?? 0) * zoneShare) : byNode;
  },
};

/** Undefined when no node is in a zone. */
function zoneRates(nodes: readonly NodeState[], counts: readonly number[]): number[] | undefined {
  const perZone = new Map<string, number>();
  nodes.forEach((node, i) => {
    const zone = node.labels[zoneLabel];
    if (zone !== undefined) perZone.set(zone, (perZone.get(zone) ?? 0) + (counts[i] ?? 0));
  });
  if (perZone.size === 0) return undefined;
  return scaledDown(nodes.map(node => perZone.get(node.labels[zoneLabel] ?? '') ?? 0));
}
