/** A refusal in Kubernetes' words: '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.' Pure. */
import type { Verdict } from './filters/filter.js';
import type { Refusal } from './schedule.js';

/** `preemption` is what became of the attempt to make room, when there is something to say of it. */
export function refusalMessage(refusal: Refusal, preemption = ''): string {
  const { everywhere, leftOut, nodes, verdicts } = refusal;
  if (nodes === 0) return 'no nodes available to schedule pods';
  const said = everywhere
    ? everywhere.reasons.join(', ')
    : counted(verdicts.values(), leftOut.nodes === 0 ? [] : [[leftOut.nodes, notNamed(leftOut.by)]]);
  return `0/${nodes} nodes are available: ${said}.${preemption === '' ? '' : ` preemption: ${preemption}`}`;
}

export const notNamed = (by: readonly string[]): string => `node(s) didn't satisfy plugin(s) [${by.join(' ')}]`;

/** '1 this, 2 that': each reason with how many nodes say so, sorted as text. */
export function counted(verdicts: Iterable<Pick<Verdict, 'reasons'>>, more: readonly [number, string][] = []): string {
  const counts = new Map<string, number>(more.map(([count, reason]) => [reason, count]));
  for (const { reasons } of verdicts) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
