/** What a pod requests must be free on the node, and a place among its pods. Limits and real use do not count. */
import { type Amounts, amountsOf } from '../model/amounts.js';
import type { NodeState } from '../model/node-state.js';
import type { Hint } from '../queue/events.js';
import type { Filter, Verdict } from './filter.js';

/** Room on an empty node: less would not help whatever leaves it. */
const couldFit: Hint = ({ requests }, { node }) => {
  const all = amountsOf(node?.status?.allocatable ?? node?.status?.capacity);
  return node === undefined || Object.entries(requests).every(([name, amount]) => amount <= (all[name] ?? 0));
};

export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  wakes: { NodeAdded: couldFit, NodeAllocatable: couldFit, PodGone: true },
  prepare: ({ requests }) => {
    const wanted = Object.entries(requests).filter(([, amount]) => amount > 0);
    const { cpu = 0, memory = 0 } = requests;
    const others = wanted.filter(([name]) => name !== 'cpu' && name !== 'memory');
    return {
      refuses: node =>
        node.freePods >= 1 &&
        cpu <= Math.max(0, node.freeCpu) &&
        memory <= Math.max(0, node.freeMemory) &&
        hasRoom(others, node)
          ? undefined
          : shortOf(wanted, node),
    };
  },
};

type Wanted = readonly (readonly [name: string, amount: number])[];

function hasRoom(wanted: Wanted, { allocatable, requested }: NodeState): boolean {
  for (const [name, amount] of wanted) if (amount > (allocatable[name] ?? 0) - (requested[name] ?? 0)) return false;
  return true;
}

function shortOf(wanted: Wanted, { allocatable, pods, requested }: NodeState): Verdict {
  const free = (name: string, used: Amounts): number => (allocatable[name] ?? 0) - (used[name] ?? 0);
  const short = wanted.filter(([name, amount]) => amount > free(name, requested));
  const full = pods.size + 1 > (allocatable.pods ?? 0) ? ['Too many pods'] : [];
  return {
    reasons: [...full, ...short.map(([name]) => `Insufficient ${name}`)],
    lasting: short.some(([name, amount]) => amount > free(name, {})),
  };
}
