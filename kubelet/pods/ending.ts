/**
 * Why a pod is to end, and by when. What was decided is never taken back: an ending only becomes more final, and its
 * deadline only comes nearer.
 */
import type { Pod } from '../../api/types.js';

export type EndingReason =
  /** All containers have ended, and none is to be started again. */
  | 'finished'
  /** The kubelet gave it up: refused, out of its time. */
  | 'failed'
  /** Deleted through the API: to be removed from there when nothing of it is left here. */
  | 'deleted'
  /** The API knows it no more. */
  | 'gone';

export interface Ending {
  why: EndingReason;
  /** Milliseconds since 1970: whatever still runs then is killed. */
  deadline: number;
  /** What the pod's status says, for 'failed'. */
  status?: EndingStatus;
}

export interface EndingStatus {
  reason: string;
  message: string;
  /** The pod was well: the node needed its place. */
  isDisruption?: boolean;
  /** It was never taken on: there is nothing to tell of its containers. */
  isRejection?: boolean;
}

/** What the node asks of a pod. */
export interface Termination extends EndingStatus {
  /** The pod's own unless given. */
  graceSeconds?: number;
}

const finality: Record<EndingReason, number> = { finished: 0, failed: 1, deleted: 2, gone: 3 };

export function mergeEnding(before: Ending | undefined, now: Ending | undefined): Ending | undefined {
  if (!before || !now) return before ?? now;
  const status = before.status ?? now.status;
  return {
    why: finality[now.why] > finality[before.why] ? now.why : before.why,
    deadline: Math.min(before.deadline, now.deadline),
    ...(status ? { status } : {}),
  };
}

/** Whether nothing of the pod is to remain on this node, logs and dead containers included. */
export const leavesNothing = (ending: Ending): boolean => ending.why === 'deleted' || ending.why === 'gone';

const defaultGraceSeconds = 30;

/** Seconds between asking a container to end and killing it. */
export const graceOf = (pod: Pod): number =>
  pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds;

/** What the API object alone asks for; undefined while the pod is to run. */
export function endingOfObject(pod: Pod, exists: boolean, now: number): Ending | undefined {
  const deadline = now + graceOf(pod) * 1000;
  if (!exists) return { why: 'gone', deadline };
  if (pod.metadata.deletionTimestamp !== undefined) return { why: 'deleted', deadline };
  const phase = pod.status?.phase;
  return phase === 'Failed' || phase === 'Succeeded' ? { why: 'finished', deadline } : undefined;
}

/** activeDeadlineSeconds: when a pod that still runs has used up its time. Undefined where it has no such limit. */
export function activeDeadline(pod: Pod): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  const start = pod.status?.startTime;
  return seconds === undefined || start === undefined ? undefined : Date.parse(start) + seconds * 1000;
}
