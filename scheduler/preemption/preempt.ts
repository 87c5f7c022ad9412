/** Where room can be made for a pod that found none, at the least cost to others; or why it cannot. Pure. */
import type { Pod, PodDisruptionBudget } from '../../api/types.js';
import type { NamedVerdict } from '../checks.js';
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { Profile } from '../profiles/profile.js';
import { counted } from '../refusal-message.js';
import type { Refusal } from '../schedule.js';
import type { View } from '../view.js';
import { type Candidate, victimsOn } from './victims.js';

/** Kubernetes' words for why nobody has to go; see refusalMessage. */
export interface NoRoom {
  readonly message: string;
}

export const isCandidate = (plan: Candidate | NoRoom): plan is Candidate => 'victims' in plan;

export interface Circumstances {
  budgets: readonly PodDisruptionBudget[];
  /** From 0 to below 1: where the search begins, so that not always the same nodes pay. */
  random: () => number;
}

const notHelpful = { reasons: ['Preemption is not helpful for scheduling'] };

export function preempt(
  pod: PodInfo,
  refusal: Refusal,
  view: View,
  profile: Profile,
  { budgets, random }: Circumstances,
): Candidate | NoRoom {
  const obstacle = notEligible(pod, refusal, view);
  if (obstacle) return { message: obstacle };
  const { checks, nodes, verdicts } = refusal;
  const open = [...verdicts].filter(([, { lasting }]) => !lasting).map(([node]) => node);
  const enough = enoughCandidates(open.length, profile);
  const candidates: Candidate[] = [];
  const failed: NamedVerdict[] = [];
  const begin = Math.floor(random() * open.length);
  for (let i = 0; i < open.length && !isEnough(candidates, enough); i++) {
    const plan = victimsOn(pod, open[(begin + i) % open.length] as NodeState, checks, view, budgets);
    if ('victims' in plan) candidates.push(plan);
    else failed.push(plan);
  }
  const chosen = candidates.sort(byCost)[0];
  if (chosen) return chosen;
  const hopeless = nodes - open.length;
  const more: [number, string][] = hopeless === 0 ? [] : [[hopeless, notHelpful.reasons[0] as string]];
  return { message: `0/${nodes} nodes are available: ${counted(failed, more)}.` };
}

/** A share of the nodes is enough, when one of them breaks no budget. */
const isEnough = (candidates: readonly Candidate[], enough: number): boolean =>
  candidates.length >= enough && candidates.some(({ breaking }) => breaking === 0);

const enoughCandidates = (nodes: number, { args }: Profile): number =>
  Math.max(Math.floor((nodes * args.minCandidateNodesPercentage) / 100), args.minCandidateNodesAbsolute);

/** While those who were told to go for this pod are still going, nobody else has to. */
function notEligible(pod: PodInfo, { verdicts }: Refusal, view: View): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = view.node(view.nominations.nodeOf(pod.key) ?? '');
  if (!nominated || verdicts.get(nominated)?.lasting) return undefined;
  const going = [...nominated.pods.values()].some(
    other => other.priority < pod.priority && isBeingPreempted(other.pod),
  );
  return going ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

const isBeingPreempted = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (status?.conditions ?? []).some(
    ({ type, status: is, reason }) =>
      type === 'DisruptionTarget' && is === 'True' && reason === 'PreemptionByScheduler',
  );

/** What each victim of whatever priority adds to the sum: many unimportant ones cost more than few. */
const perVictim = 2 ** 31;

const cost = ({ breaking, victims }: Candidate): number[] => {
  const highest = victims[0]?.priority ?? 0;
  const youngest = Math.min(
    ...victims.filter(({ priority }) => priority === highest).map(({ startedAt }) => startedAt),
  );
  return [
    breaking,
    highest,
    victims.reduce((sum, { priority }) => sum + priority + perVictim, 0),
    victims.length,
    -youngest,
  ];
};

function byCost(a: Candidate, b: Candidate): number {
  const other = cost(b);
  for (const [i, one] of cost(a).entries()) if (one !== other[i]) return one - (other[i] as number);
  return 0;
}
