/** The strategic merge patch that brings a pod's status in the API to what it should be. Pure. */
import type { PodStatus } from '../../api/types.js';
import { resizeConditionTypes } from './resize.js';

/** Fields of the status that may have to be taken away again. */
const removable = ['reason', 'message', 'podIP', 'podIPs', 'nominatedNodeName'] as const;

/** Conditions that a kubelet takes away again. What others have put there is theirs, even when it is not seen just now. */
const passing: readonly string[] = resizeConditionTypes;

export function statusPatch(uid: string, before: PodStatus | undefined, after: PodStatus): object {
  const gone = Object.fromEntries(
    removable.filter(name => before?.[name] !== undefined && after[name] === undefined).map(name => [name, null]),
  );
  return { metadata: { uid }, status: { ...after, ...gone, conditions: conditionPatch(before, after) } };
}

/** Conditions are merged by their type: one, or a reason, that no longer holds has to be taken away by name. */
function conditionPatch(before: PodStatus | undefined, after: PodStatus): object[] {
  const conditions = after.conditions ?? [];
  const ended = (before?.conditions ?? []).filter(
    old => passing.includes(old.type) && !conditions.some(({ type }) => type === old.type),
  );
  const present = conditions.map(condition => {
    const old = before?.conditions?.find(c => c.type === condition.type);
    const gone = (['reason', 'message'] as const).filter(f => old?.[f] !== undefined && condition[f] === undefined);
    return { ...condition, ...Object.fromEntries(gone.map(f => [f, null])) };
  });
  return [...present, ...ended.map(({ type }) => ({ type, $patch: 'delete' }))];
}
