/** All filters of a profile, prepared for one pod: what they say of a node, also with the pods that are nominated to it. Pure. */
import { type Check, type Filter, isRefusedByAll, type Verdict } from './filters/filter.js';
import { filters } from './filters/index.js';
import type { NodeState } from './model/node-state.js';
import type { PodInfo } from './model/pod-info.js';
import type { Profile } from './profiles/profile.js';
import type { View } from './view.js';

export interface NamedVerdict extends Verdict {
  /** The filter that says so. */
  readonly by: string;
}

interface NamedCheck extends Check {
  readonly name: string;
  last?: { verdict: Verdict; named: NamedVerdict };
}

export interface Checks {
  /** No node will do, whatever it is. */
  readonly everywhere?: NamedVerdict;
  /** Only these nodes come into question, as `narrowedBy` says. */
  readonly only?: ReadonlySet<string>;
  readonly narrowedBy: readonly string[];
  /** The first filter that refuses the node: its words are what users count. */
  refuses(node: NodeState): NamedVerdict | undefined;
  /** All that refuse it, for whoever wants to know everything. */
  allRefusals(node: NodeState): NamedVerdict[];
  change(other: PodInfo, node: NodeState, by: 1 | -1): void;
}

export function checksFor(pod: PodInfo, view: View, profile: Profile, all: readonly Filter[] = filters): Checks {
  const checks: NamedCheck[] = [];
  for (const { name, prepare } of all) {
    if (profile.withoutFilters.has(name)) continue;
    const prepared = prepare(pod, view, profile.args);
    if (!prepared) continue;
    if (isRefusedByAll(prepared)) return refusedEverywhere(name, prepared.everywhere);
    checks.push(Object.assign(prepared, { name }));
  }
  const narrowing = checks.filter(({ only }) => only);
  const only = narrowing
    .map(one => one.only as ReadonlySet<string>)
    .reduce<ReadonlySet<string> | undefined>(common, undefined);
  return {
    ...(only ? { only } : {}),
    narrowedBy: narrowing.map(({ name }) => name),
    refuses: node => firstRefusal(checks, node),
    allRefusals: node =>
      checks.flatMap(check => {
        const verdict = check.refuses(node);
        return verdict ? [{ ...verdict, by: check.name }] : [];
      }),
    change: (other, node, by) => {
      for (const check of checks) check.change?.(other, node, by);
    },
  };
}

function refusedEverywhere(by: string, reason: string): Checks {
  const everywhere = { reasons: [reason], lasting: true, by };
  return {
    everywhere,
    narrowedBy: [],
    refuses: () => everywhere,
    allRefusals: () => [everywhere],
    change: () => {},
  };
}

const common = (a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): ReadonlySet<string> =>
  a ? new Set([...a].filter(name => b.has(name))) : b;

function firstRefusal(checks: readonly NamedCheck[], node: NodeState): NamedVerdict | undefined {
  for (const check of checks) {
    const verdict = check.refuses(node);
    if (verdict) return named(check, verdict);
  }
  return undefined;
}

/** Thousands of nodes are refused with the same words: they are put together once. */
function named(check: NamedCheck, verdict: Verdict): NamedVerdict {
  if (check.last?.verdict !== verdict) check.last = { verdict, named: { ...verdict, by: check.name } };
  return check.last.named;
}

/**
 * What a node says that others were promised: it must do with those of them that matter as much or more (their room is
 * theirs), and without them too (they may not come after all, and then nothing may depend on them).
 */
export function refusesWithNominated(
  checks: Checks,
  pod: PodInfo,
  node: NodeState,
  view: View,
): NamedVerdict | undefined {
  if (view.nominations.isEmpty) return checks.refuses(node);
  const promised = view.nominations
    .on(node.name)
    .filter(({ key, priority }) => key !== pod.key && priority >= pod.priority);
  if (promised.length === 0) return checks.refuses(node);
  const crowded = node.imagined([...node.pods.values(), ...promised]);
  for (const one of promised) checks.change(one, crowded, 1);
  const verdict = checks.refuses(crowded);
  for (const one of promised) checks.change(one, crowded, -1);
  return verdict ?? checks.refuses(node);
}
