/** The status that a new one is made from: what this kubelet said last, and what others keep in the API. Pure. */
import type { Pod, PodStatus } from '../../api/types.js';

const ownConditions = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/** `api` may be older than what was `said`; a phase that is final holds, whoever wrote it. */
export function baseStatus(api: Pod, said: PodStatus | undefined): Pod {
  const theirs = api.status;
  if (!said || theirs?.phase === 'Failed' || theirs?.phase === 'Succeeded') return api;
  const foreign = (theirs?.conditions ?? []).filter(c => !ownConditions.has(c.type));
  const own = (said.conditions ?? []).filter(c => ownConditions.has(c.type));
  return { ...api, status: { ...said, conditions: [...foreign, ...own] } };
}
