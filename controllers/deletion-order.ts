/**
 * Which pods go first when there are too many: those whose loss costs least. The rules are Kubernetes', each decides
 * only where the ones before it see no difference.
 */
import type { Pod } from '../api/types.js';
import { isActive, readySince } from './pod-state.js';

/** Negative when `a` goes before `b`. */
type Rule = (a: Pod, b: Pod) => number;

const phases: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

const assigned = (pod: Pod): number => (pod.spec?.nodeName ? 1 : 0);
const phase = (pod: Pod): number => phases[pod.status?.phase ?? 'Pending'] ?? 0;
const ready = (pod: Pod): number => (readySince(pod) === undefined ? 0 : 1);
const created = (pod: Pod): number => Date.parse(String(pod.metadata.creationTimestamp ?? '')) || 0;

function cost(pod: Pod): number {
  const said = pod.metadata.annotations?.[deletionCost] ?? '0';
  return /^-?\d+$/.test(said) ? Number(said) : 0;
}

function restarts(pod: Pod): number {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return Math.max(0, ...all.map(container => container.restartCount));
}

/** Ages count by their order of magnitude (a power of two), so that pods of like age are as good as equal. */
const magnitude = (since: number, now: number): number =>
  now > since ? Math.floor(Math.log2((now - since) * 1_000_000)) : -1;

function younger(since: (pod: Pod) => number, now: number): Rule {
  return (a, b) => {
    if (since(a) === since(b)) return 0;
    return magnitude(since(a), now) - magnitude(since(b), now) || compare(a.metadata.uid ?? '', b.metadata.uid ?? '');
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** All of `pods`, the first to be deleted first. */
export function inDeletionOrder(pods: readonly Pod[], now: number): Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of pods.filter(isActive)) {
    const node = pod.spec?.nodeName ?? '';
    onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const neighbours = (pod: Pod): number => onNode.get(pod.spec?.nodeName ?? '') ?? 0;
  const rules: Rule[] = [
    (a, b) => assigned(a) - assigned(b),
    (a, b) => phase(a) - phase(b),
    (a, b) => ready(a) - ready(b),
    (a, b) => cost(a) - cost(b),
    (a, b) => neighbours(b) - neighbours(a),
    younger(pod => readySince(pod) ?? 0, now),
    (a, b) => restarts(b) - restarts(a),
    younger(created, now),
  ];
  const firstDifference: Rule = (a, b) => {
    for (const rule of rules) {
      const difference = rule(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return [...pods].sort(firstDifference);
}
