/**
 * Whether a node is heard of. Its clock is not trusted: what counts is when this process saw one of its signs of life
 * change (the Lease's renewTime, the heartbeat of the Ready condition), by its own clock. Pure.
 */
import type { Lease, Node, NodeCondition } from '../../api/types.js';

export interface Health {
  /** The signs of life, as last seen. */
  signs: string;
  /** When they last changed, in milliseconds since 1970. */
  since: number;
}

export interface Patience {
  /** A node that has reported before may be silent for so long. */
  graceMs: number;
  /** And one that has never reported. */
  startupGraceMs: number;
}

export const readyCondition = (node: Node): NodeCondition | undefined =>
  node.status?.conditions?.find(condition => condition.type === 'Ready');

/** The health after a look at the node. At the first look a node is taken to have just spoken. */
export function observe(known: Health | undefined, node: Node, lease: Lease | undefined, now: number): Health {
  const ready = readyCondition(node);
  const signs = `${lease?.spec?.renewTime ?? ''} ${ready?.lastHeartbeatTime ?? ''}`;
  if (known?.signs === signs) return known;
  const created = Date.parse(String(node.metadata.creationTimestamp ?? '')) || now;
  return { signs, since: known || ready || lease ? now : created };
}

/** Until when the silence is borne. */
export const deadline = (health: Health, node: Node, patience: Patience): number =>
  health.since + (readyCondition(node) ? patience.graceMs : patience.startupGraceMs);
