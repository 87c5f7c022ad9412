/** Which pods nobody else will take away. Pure: see controller.ts for the promise. */
import type { Node, Pod } from '../../api/types.js';
import { isTerminating } from '../pod-state.js';

export type Verdict =
  | { do: 'keep' }
  /** Nobody will end it: it is deleted at once. */
  | { do: 'remove'; why: string; disruption?: string }
  /** Its node is missing, but only since lately. */
  | { do: 'wait'; ms: number };

/** A node that is missing is believed to be gone after so long: it may be about to register again. */
export const quarantineMs = 40_000;

/** `node` is the pod's node; when that is missing, `missingSince` says since when. */
export function verdictOn(pod: Pod, node: Node | undefined, missingSince: number, now: number): Verdict {
  if (!pod.spec?.nodeName) {
    return isTerminating(pod) ? { do: 'remove', why: 'it was deleted before it had a node' } : { do: 'keep' };
  }
  if (!node) {
    const left = missingSince + quarantineMs - now;
    if (left > 0) return { do: 'wait', ms: left };
    return { do: 'remove', why: 'its node is gone', disruption: 'PodGC: node no longer exists' };
  }
  if (isTerminating(pod) && isOutOfService(node)) {
    return { do: 'remove', why: 'it was deleted, and its node is out of service' };
  }
  return { do: 'keep' };
}

/** An operator says so by the taint, and the node, by being not ready, does not deny it. */
export const isOutOfService = (node: Node): boolean =>
  (node.spec?.taints ?? []).some(taint => taint.key === 'node.kubernetes.io/out-of-service') &&
  node.status?.conditions?.find(condition => condition.type === 'Ready')?.status !== 'True';

/** The ended pods beyond so many: evicted ones first, then the oldest. */
export function surplusOf(ended: readonly Pod[], threshold: number): Pod[] {
  const rank = (pod: Pod): string =>
    `${pod.status?.reason === 'Evicted' ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  const count = ended.length - threshold;
  return count > 0 ? [...ended].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count) : [];
}
