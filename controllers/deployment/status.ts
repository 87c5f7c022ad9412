/** What a Deployment reports of its rollout. Pure. */
import { timestamp } from '../../api/clock.js';
import type { Deployment, ReplicaSet } from '../../api/types.js';
import { availableOf, type Bounds, total } from './rollout.js';

export type DeploymentStatus = NonNullable<Deployment['status']>;
type Condition = NonNullable<DeploymentStatus['conditions']>[number];

const replicasOf = ({ status }: ReplicaSet): number => status?.replicas ?? 0;
const readyOf = ({ status }: ReplicaSet): number => status?.readyReplicas ?? 0;

/** Something that happened in this turn, of which a condition tells. */
export interface News {
  /** A ReplicaSet was made, or found to have the template. */
  found?: { reason: 'NewReplicaSetCreated' | 'FoundNewReplicaSet'; name: string };
  failure?: { reason: string; message: string };
}

export interface Seen {
  deployment: Deployment;
  newest: ReplicaSet | undefined;
  all: readonly ReplicaSet[];
  bounds: Bounds;
  now: number;
  news: News;
}

const positive = (counts: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

function counts({ deployment, newest, all }: Seen): DeploymentStatus {
  const wanted = total(all, ({ spec }) => spec?.replicas ?? 0);
  const available = total(all, availableOf);
  const { collisionCount } = deployment.status ?? {};
  return {
    ...positive({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: total(all, replicasOf),
      updatedReplicas: newest ? replicasOf(newest) : 0,
      readyReplicas: total(all, readyOf),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, wanted - available),
    }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

/** All pods are of the newest template, and serve. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec?.replicas ?? 1;
  const { updatedReplicas = 0, replicas: present = 0, availableReplicas = 0 } = status;
  return (
    updatedReplicas === replicas &&
    present === replicas &&
    availableReplicas === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** More of the new, fewer of the old, or more that serve than before. */
function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

const find = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find(condition => condition.type === type);

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The condition with its times: the same verdict keeps them, the same status keeps the time of its transition. */
function dated(type: string, verdict: Verdict, before: Condition | undefined, now: number): Condition {
  if (before && before.status === verdict.status && before.reason === verdict.reason) return before;
  const stamp = timestamp(now);
  const { lastTransitionTime = stamp } = before?.status === verdict.status ? (before ?? {}) : {};
  return { type, ...verdict, lastUpdateTime: stamp, lastTransitionTime };
}

function availability({ bounds }: Seen, status: DeploymentStatus): Verdict {
  return (status.availableReplicas ?? 0) >= bounds.replicas - bounds.maxUnavailable
    ? { status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Deadlines as large as this mean none. */
const noDeadline = 2 ** 31 - 1;

function progress(seen: Seen, status: DeploymentStatus): Condition | undefined {
  const { deployment, newest, now, news } = seen;
  const before = find(deployment.status?.conditions, 'Progressing');
  const { progressDeadlineSeconds: deadline = noDeadline, paused } = deployment.spec ?? {};
  if (deadline === noDeadline) return undefined;
  const say = (value: string, reason: string, message: string): Condition =>
    dated('Progressing', { status: value, reason, message }, before, now);
  const about = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (paused) {
    if (before?.reason === 'DeploymentPaused') return before;
    return say('Unknown', 'DeploymentPaused', 'Deployment is paused');
  }
  if (news.failure) return say('False', 'ReplicaSetCreateError', news.failure.message);
  if (isComplete(deployment, status)) {
    return say('True', 'NewReplicaSetAvailable', `${about} has successfully progressed.`);
  }
  if (news.found) {
    const { reason, name } = news.found;
    const text = reason === 'NewReplicaSetCreated' ? 'Created new replica set' : 'Found new replica set';
    return say('True', reason, `${text} "${name}"`);
  }
  if (before?.reason === 'DeploymentPaused') return say('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (!before || hasProgressed(deployment.status ?? {}, status)) {
    // Progress is told of anew each time: the deadline counts from the last.
    const { lastTransitionTime = timestamp(now) } = before?.status === 'True' ? before : {};
    const message = `${about} is progressing.`;
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message,
      lastUpdateTime: timestamp(now),
      lastTransitionTime,
    };
  }
  if (isLate(before, deadline, now)) {
    return say('False', 'ProgressDeadlineExceeded', `${about} has timed out progressing.`);
  }
  return before;
}

function isLate({ reason, lastUpdateTime, lastTransitionTime }: Condition, deadline: number, now: number): boolean {
  if (reason === 'ProgressDeadlineExceeded') return true;
  if (reason === 'NewReplicaSetAvailable') return false;
  return Date.parse(lastUpdateTime ?? lastTransitionTime ?? '') + deadline * 1000 <= now;
}

/** When the deadline passes, if nothing changes; undefined where none runs. */
export function deadlineOf(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const { progressDeadlineSeconds: seconds = noDeadline, paused } = deployment.spec ?? {};
  const condition = find(status.conditions, 'Progressing');
  if (paused || seconds === noDeadline || !condition || condition.status === 'False') return undefined;
  if (condition.reason === 'NewReplicaSetAvailable') return undefined;
  return Date.parse(condition.lastUpdateTime ?? '') + seconds * 1000;
}

/** A ReplicaSet that cannot make its pods says why; the deployment passes it on. */
function failureOf(seen: Seen): Condition[] {
  const failing = [...(seen.newest ? [seen.newest] : []), ...seen.all]
    .map(({ status }) => status?.conditions?.find(({ type }) => type === 'ReplicaFailure'))
    .find(Boolean);
  if (!failing) return [];
  const { status, reason = '', message = '' } = failing;
  const before = find(seen.deployment.status?.conditions, 'ReplicaFailure');
  return [dated('ReplicaFailure', { status, reason, message }, before, seen.now)];
}

export function statusOf(seen: Seen): DeploymentStatus {
  const status = counts(seen);
  const before = seen.deployment.status?.conditions ?? [];
  const known = new Set(['Available', 'Progressing', 'ReplicaFailure']);
  const available = dated('Available', availability(seen, status), find(before, 'Available'), seen.now);
  const progressing = progress(seen, status);
  const conditions = [
    ...before.filter(({ type }) => !known.has(type)),
    available,
    ...(progressing ? [progressing] : []),
    ...failureOf(seen),
  ];
  return { ...status, conditions };
}
