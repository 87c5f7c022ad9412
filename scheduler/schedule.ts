/** The decision: which node is to have a pod, or why none can. Pure. */
import { type Checks, checksFor, type NamedVerdict, refusesWithNominated } from './checks.js';
import type { NodeState } from './model/node-state.js';
import type { PodInfo } from './model/pod-info.js';
import type { Profile } from './profiles/profile.js';
import { scores } from './scores/index.js';
import type { View } from './view.js';
import { planVolumes, type VolumePlan } from './volumes/plan.js';
import { podClaims } from './volumes/pod-claims.js';

export interface Placement {
  node: string;
  /** How the chosen node was rated, by the name of the score, weighted: for the log. */
  ratings: Record<string, number>;
  /** Nodes that could have had it, of those that were looked at. */
  feasible: number;
  looked: number;
  /** What is to become of its claims first. */
  volumes?: VolumePlan;
}

export interface Refusal {
  /** What each node that was looked at was refused for. */
  verdicts: ReadonlyMap<NodeState, NamedVerdict>;
  /** What is refused of all nodes at once. */
  everywhere?: NamedVerdict;
  /** Nodes that were not even looked at, because filters named the ones that come into question. */
  leftOut: { nodes: number; by: readonly string[] };
  /** The filters that refused: what concerns one of them is worth another attempt. */
  refusedBy: ReadonlySet<string>;
  /** All nodes that there are, and how many of them were looked at. */
  nodes: number;
  looked: number;
  /** To ask further questions of the same attempt. */
  checks: Checks;
}

export interface Chance {
  /** From 0 to below 1: chooses among equals. */
  random: () => number;
  /** Where the search begins, so that not always the same nodes of a large cluster are looked at. */
  startAt?: number;
}

export type Plan = Placement | Refusal;

export const isPlacement = (plan: Plan): plan is Placement => 'node' in plan;

/** In large clusters it is enough to choose among some good nodes: Kubernetes' adaptive share, at least 100. */
export function enoughNodes(nodes: number, percentage = 0): number {
  if (nodes < 100 || percentage >= 100) return nodes;
  const percent = percentage > 0 ? percentage : Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(100, Math.floor((nodes * percent) / 100));
}

export function schedule(pod: PodInfo, view: View, profile: Profile, { random, startAt = 0 }: Chance): Plan {
  const checks = checksFor(pod, view, profile);
  const nodes = candidates(checks, view);
  const promised = nominatedNode(pod, checks, view);
  if (promised) return { ...best(pod, [promised], view, profile, random), looked: 1 };
  const { feasible, verdicts } = look(pod, nodes, checks, view, { profile, startAt });
  const looked = feasible.length + verdicts.size;
  if (feasible.length > 0) return { ...best(pod, feasible, view, profile, random), looked };
  const all = view.nodes().length;
  const refusedBy = new Set([...verdicts.values()].map(({ by }) => by));
  if (nodes.length < all) for (const by of checks.narrowedBy) refusedBy.add(by);
  if (checks.everywhere) refusedBy.add(checks.everywhere.by);
  return {
    verdicts,
    ...(checks.everywhere ? { everywhere: checks.everywhere } : {}),
    leftOut: { nodes: all - nodes.length, by: checks.narrowedBy },
    refusedBy,
    nodes: all,
    looked,
    checks,
  };
}

function candidates({ everywhere, only }: Checks, view: View): readonly NodeState[] {
  if (everywhere) return [];
  return only ? [...only].flatMap(name => view.node(name) ?? []) : view.nodes();
}

/** Where room was made for the pod: when that is there now, no other node need be looked at. */
function nominatedNode(pod: PodInfo, checks: Checks, view: View): NodeState | undefined {
  const name = view.nominations.nodeOf(pod.key);
  const node = name && !checks.everywhere ? view.node(name) : undefined;
  if (!node || (checks.only && !checks.only.has(node.name))) return undefined;
  return refusesWithNominated(checks, pod, node, view) ? undefined : node;
}

interface Search {
  profile: Profile;
  startAt: number;
}

function look(
  pod: PodInfo,
  nodes: readonly NodeState[],
  checks: Checks,
  view: View,
  { profile, startAt }: Search,
): { feasible: NodeState[]; verdicts: Map<NodeState, NamedVerdict> } {
  const enough = enoughNodes(nodes.length, profile.percentageOfNodesToScore);
  const feasible: NodeState[] = [];
  const verdicts = new Map<NodeState, NamedVerdict>();
  for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
    const node = nodes[(startAt + i) % nodes.length] as NodeState;
    const verdict = refusesWithNominated(checks, pod, node, view);
    if (verdict) verdicts.set(node, verdict);
    else feasible.push(node);
  }
  return { feasible, verdicts };
}

function best(
  pod: PodInfo,
  feasible: readonly NodeState[],
  view: View,
  profile: Profile,
  random: () => number,
): Omit<Placement, 'looked'> {
  const totals = new Array<number>(feasible.length).fill(0);
  const rated: { name: string; rates: readonly number[]; weight: number }[] = [];
  // A single node needs no comparison.
  for (const { name, rate } of feasible.length === 1 ? [] : scores) {
    const weight = profile.weights[name] ?? 0;
    const rates = weight === 0 ? undefined : rate(pod, feasible, view, profile.args);
    if (!rates) continue;
    rated.push({ name, rates, weight });
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] as number) + weight * (rates[i] as number);
  }
  const chosen = highest(totals, random);
  const node = feasible[chosen] as NodeState;
  const volumes = volumesOn(pod, node, view);
  return {
    node: node.name,
    ...(volumes ? { volumes } : {}),
    ratings: Object.fromEntries(rated.map(({ name, rates, weight }) => [name, weight * (rates[chosen] ?? 0)])),
    feasible: feasible.length,
  };
}

/** Undefined when all its claims are bound. */
function volumesOn({ pod, claims }: PodInfo, node: NodeState, { volumes }: View): VolumePlan | undefined {
  const found = claims.length === 0 ? undefined : podClaims(pod, volumes);
  if (!found || 'everywhere' in found || found.waiting.length === 0) return undefined;
  const plan = planVolumes(found, node, volumes);
  return 'reasons' in plan ? undefined : plan;
}

/** The index of the highest; of several, any. */
function highest(totals: readonly number[], random: () => number): number {
  let top = Number.NEGATIVE_INFINITY;
  let equals: number[] = [];
  totals.forEach((total, i) => {
    if (total > top) {
      top = total;
      equals = [i];
    } else if (total === top) equals.push(i);
  });
  return equals[Math.floor(random() * equals.length)] ?? 0;
}
