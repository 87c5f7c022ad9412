/**
 * How fast nodes that are not ready may be emptied. When much of a zone fails at once the fault is likely to lie
 * with the network or with the watcher, and moving all pods would make it worse. Pure; the figures are Kubernetes'.
 */
import type { Node } from '../../api/types.js';
import { readyCondition } from './health.js';

/** A zone in which this part of the nodes is not ready is disrupted; a large one has more nodes than that. */
const disruptedFraction = 0.55;
const largeZone = 50;
const gapMs = 10_000;
const gapWhenDisruptedMs = 100_000;

export const zoneOf = (node: Node): string => {
  const { labels = {} } = node.metadata;
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
};

export const isNodeReady = (node: Node): boolean => readyCondition(node)?.status === 'True';

/** No node anywhere is ready: there is nowhere to go, and all eviction rests. */
export const isFullyDisrupted = (nodes: readonly Node[]): boolean => nodes.length > 0 && !nodes.some(isNodeReady);

/** The time to let pass between one node of the zone and the next; Infinity when none is to be emptied. */
export function evictionGapMs(zone: string, nodes: readonly Node[]): number {
  if (isFullyDisrupted(nodes)) return Number.POSITIVE_INFINITY;
  const here = nodes.filter(node => zoneOf(node) === zone);
  const silent = here.filter(node => !isNodeReady(node)).length;
  const partly = silent > 2 && silent < here.length && silent / here.length >= disruptedFraction;
  if (!partly) return gapMs;
  return here.length > largeZone ? gapWhenDisruptedMs : Number.POSITIVE_INFINITY;
}
