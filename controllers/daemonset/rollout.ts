/** How a new template reaches the pods of a DaemonSet, node by node, within its bounds. Pure. */
import type { Pod } from '../../api/types.js';
import { share } from '../share.js';
import type { Seen, Verdicts } from './plan.js';
import { isAvailable, type PodsOnNodes, pairOn } from './pods-on-nodes.js';

export interface Renewal {
  create: string[];
  delete: Pod[];
}

export function renewal(seen: Seen, onNodes: PodsOnNodes, verdicts: Verdicts): Renewal {
  const { type, rollingUpdate } = seen.set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return { create: [], delete: [] };
  const wanted = [...verdicts].filter(([, { shouldRun }]) => shouldRun).map(([node]) => node);
  const nodes = [...new Set([...onNodes.keys(), ...wanted])];
  const surge = share(rollingUpdate?.maxSurge, wanted.length, Math.ceil);
  const unavailable = share(rollingUpdate?.maxUnavailable ?? 1, wanted.length, Math.ceil);
  if (surge > 0) return bySurge(seen, nodes, onNodes, surge);
  return { create: [], delete: inPlace(seen, nodes, onNodes, Math.max(1, unavailable)) };
}

/** Old pods go, as many as may be missing; those that do not serve anyhow are not missed. The next turn replaces them. */
function inPlace({ set, hashes, now }: Seen, nodes: readonly string[], onNodes: PodsOnNodes, most: number): Pod[] {
  const unserving: Pod[] = [];
  const serving: Pod[] = [];
  let missing = 0;
  for (const node of nodes) {
    const pair = pairOn(onNodes.get(node) ?? [], hashes);
    if (!pair || !pair.fresh === !pair.old) missing++;
    else if (pair.fresh) missing += isAvailable(set, pair.fresh, now) ? 0 : 1;
    else if (pair.old) (isAvailable(set, pair.old, now) ? serving : unserving).push(pair.old);
  }
  return [...unserving, ...serving.slice(0, Math.max(0, most - missing))];
}

/** New pods come beside the old ones, which go when the new serve. */
function bySurge({ set, hashes, now }: Seen, nodes: readonly string[], onNodes: PodsOnNodes, most: number): Renewal {
  const unserving: string[] = [];
  const serving: string[] = [];
  const replaced: Pod[] = [];
  let surged = 0;
  for (const node of nodes) {
    const pair = pairOn(onNodes.get(node) ?? [], hashes);
    if (!pair) surged++;
    else if (!pair.old) continue;
    else if (!pair.fresh) (isAvailable(set, pair.old, now) ? serving : unserving).push(node);
    else if (isAvailable(set, pair.fresh, now)) replaced.push(pair.old);
    else surged++;
  }
  return { create: [...unserving, ...serving.slice(0, Math.max(0, most - surged))], delete: replaced };
}
