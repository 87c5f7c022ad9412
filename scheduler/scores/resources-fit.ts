/** Prefers nodes by how full they would be once the pod stands there: as a rule the emptier ones (see FitStrategy). */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { FitStrategy, ResourceWeight } from '../profiles/profile.js';
import { most, type Score } from './score.js';

export const resourcesFit: Score = {
  name: 'NodeResourcesFit',
  rate: (pod, nodes, _, { fit }) => {
    const rateOne = strategies[fit.type](fit);
    const asked = askedOf(pod, fit);
    return nodes.map(node => rateNode(asked, node, fit.type, rateOne));
  },
};

interface Asked extends ResourceWeight {
  amount: number;
}

/** What is the same for all nodes. Of other resources than these two only those that the pod requests count. */
const askedOf = ({ requests, scoringRequests }: PodInfo, { resources }: FitStrategy): Asked[] =>
  resources
    .filter(({ name }) => name === 'cpu' || name === 'memory' || requests[name])
    .map(({ name, weight }) => ({ name, weight, amount: scoringRequests[name] ?? 0 }));

/** From how much would be used, and how much there is, to 0..100. */
type Rate = (used: number, all: number) => number;

const strategies: Record<FitStrategy['type'], (fit: FitStrategy) => Rate> = {
  LeastAllocated: () => (used, all) => (used > all ? 0 : Math.floor(((all - used) * most) / all)),
  MostAllocated: () => (used, all) => Math.floor((Math.min(used, all) * most) / all),
  RequestedToCapacityRatio: fit => (used, all) =>
    alongShape(fit.shape, used > all ? 100 : Math.floor((used * 100) / all)),
};

/** Resources that a node does not have do not count. */
function rateNode(asked: readonly Asked[], node: NodeState, type: FitStrategy['type'], rate: Rate): number {
  const { allocatable, scoringRequested } = node;
  let sum = 0;
  let weights = 0;
  for (const { amount, name, weight } of asked) {
    const all = allocatable[name] ?? 0;
    if (all === 0) continue;
    const one = rate((scoringRequested[name] ?? 0) + amount, all);
    if (type === 'RequestedToCapacityRatio' && one === 0) continue;
    sum += one * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.floor(sum / weights);
}

/** Linear between the points, level beyond them. Scores of a shape go to 10. */
function alongShape(shape: FitStrategy['shape'], utilization: number): number {
  const scale = most / 10;
  const after = shape.findIndex(point => utilization <= point.utilization);
  const next = shape[after];
  if (!next) return (shape.at(-1)?.score ?? 0) * scale;
  const before = shape[after - 1];
  if (!before) return next.score * scale;
  const share = (utilization - before.utilization) / (next.utilization - before.utilization);
  return Math.trunc((before.score + (next.score - before.score) * share) * scale);
}
