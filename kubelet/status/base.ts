/** The status that a new one is made from: what this kubelet said last, and what others keep in the API. Pure. */
import { semanticEqual } from '../../api/json.js';
import type { Pod, PodCondition, PodStatus } from '../../api/types.js';

const ownConditions = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

const foreignConditions = ({ status }: Pod): PodCondition[] =>
  (status?.conditions ?? []).filter(c => !ownConditions.has(c.type));

/** `api` may be older than what was `said`; a phase that is final holds, whoever wrote it. */
export function baseStatus(api: Pod, said: PodStatus | undefined): Pod {
  const theirs = api.status;
  if (!said || theirs?.phase === 'Failed' || theirs?.phase === 'Succeeded') return api;
  const foreign = foreignConditions(api);
  const own = (said.conditions ?? []).filter(c => ownConditions.has(c.type));
  return { ...api, status: { ...said, conditions: [...foreign, ...own] } };
}

/** Whether nothing of the pod has changed in the API but what its kubelet writes there itself. */
export const isEcho = (before: Pod, now: Pod): boolean => semanticEqual(writtenByOthers(before), writtenByOthers(now));

function writtenByOthers(pod: Pod): unknown[] {
  const { resourceVersion: _, managedFields: __, ...metadata } = pod.metadata;
  const phase = pod.status?.phase;
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  return [metadata, pod.spec, foreignConditions(pod), isOver ? phase : undefined];
}
