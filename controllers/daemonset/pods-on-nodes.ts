/** A DaemonSet's pods by their nodes, and which of them are of its newest template. Pure. */
import type { DaemonSet, Pod } from '../../api/types.js';
import { availableFrom, isTerminating } from '../pod-state.js';
import { revisionHashLabel } from '../revisions/plan.js';
import { targetOf } from './placement.js';

export type PodsOnNodes = ReadonlyMap<string, readonly Pod[]>;

/** Of each node the pods, those that are bound first, then the older first. */
export function byNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const nodes = new Map<string, Pod[]>();
  for (const pod of [...pods].sort(compare)) {
    const node = targetOf(pod);
    if (node === undefined) continue;
    nodes.set(node, [...(nodes.get(node) ?? []), pod]);
  }
  return nodes;
}

const rank = ({ metadata, spec }: Pod): string =>
  `${spec?.nodeName ? 0 : 1} ${metadata.creationTimestamp ?? ''} ${metadata.name}`;
const compare = (a: Pod, b: Pod): number => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);

/** `hashes` are those of the revisions that have the newest template. */
export const isUpdated = (pod: Pod, hashes: ReadonlySet<string>): boolean =>
  hashes.has(pod.metadata.labels?.[revisionHashLabel] ?? '');

export const isAvailable = (set: DaemonSet, pod: Pod, now: number): boolean =>
  (availableFrom(pod, set.spec?.minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now;

/** The node's pods that stay: at most one new and one old; undefined when there are more, and some must go first. */
export function pairOn(
  pods: readonly Pod[],
  hashes: ReadonlySet<string>,
): { fresh: Pod | undefined; old: Pod | undefined } | undefined {
  const staying = pods.filter(pod => !isTerminating(pod));
  const [fresh, ...more] = staying.filter(pod => isUpdated(pod, hashes));
  const [old, ...older] = staying.filter(pod => !isUpdated(pod, hashes));
  return more.length + older.length > 0 ? undefined : { fresh, old };
}
