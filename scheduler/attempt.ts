/** Makes the record of an attempt that failed. Pure. */
import type { NamedVerdict } from './checks.js';
import type { FailedAttempt } from './failed-attempt.js';
import type { NodeState } from './model/node-state.js';
import { notNamed } from './refusal-message.js';
import type { Refusal } from './schedule.js';

/** Nodes that are told by name: an event must stay small in a cluster of thousands. */
const namedNodes = 200;

export function failedAttempt(
  { checks, everywhere, leftOut, nodes, verdicts }: Refusal,
  { at, attempt, preemption }: Pick<FailedAttempt, 'at' | 'attempt'> & { preemption: string },
): FailedAttempt {
  const named = [...verdicts.keys()].slice(0, namedNodes);
  const rest = [...verdicts].slice(namedNodes).map(([, verdict]) => byPredicate([verdict]));
  const left = leftOut.nodes === 0 ? [] : [{ nodes: leftOut.nodes, by: byNames(leftOut.by) }];
  const all = everywhere ? [{ nodes, by: byPredicate([everywhere]) }] : [];
  return {
    at,
    attempt,
    nodes,
    refusals: grouped(named, node => byPredicate(checks.allRefusals(node))),
    others: [...all, ...(everywhere ? [] : left), ...countedAlike(rest)],
    ...(preemption === '' ? {} : { preemption }),
  };
}

type ByPredicate = Record<string, readonly string[]>;

const byPredicate = (verdicts: readonly NamedVerdict[]): ByPredicate =>
  Object.fromEntries(verdicts.map(({ by, reasons }) => [by, reasons]));

const byNames = (by: readonly string[]): ByPredicate => Object.fromEntries(by.map(name => [name, [notNamed(by)]]));

function grouped(nodes: readonly NodeState[], saying: (node: NodeState) => ByPredicate): FailedAttempt['refusals'] {
  const groups = new Map<string, FailedAttempt['refusals'][number]>();
  for (const node of nodes) {
    const by = saying(node);
    const id = JSON.stringify(by);
    const group = groups.get(id) ?? { nodes: [], by };
    groups.set(id, group);
    group.nodes.push(node.name);
  }
  return [...groups.values()];
}

function countedAlike(all: readonly ByPredicate[]): FailedAttempt['others'] {
  const groups = new Map<string, FailedAttempt['others'][number]>();
  for (const by of all) {
    const id = JSON.stringify(by);
    const group = groups.get(id) ?? { nodes: 0, by };
    groups.set(id, group);
    group.nodes++;
  }
  return [...groups.values()];
}
