/**
 * Counting a Job's pods, each once, whatever happens in between. A pod that ended is first noted by its uid in
 * status.uncountedTerminatedPods; then its finalizer is taken away; and when that is gone, it moves into the count. Of
 * an indexed job the succeeded indexes themselves say what was counted. Pure.
 */
import type { Job, Pod } from '../../api/types.js';
import { counts } from './failure-policy.js';
import { Indexes } from './indexes.js';
import { delayed, failedIndexes } from './per-index.js';
import { hasFailed, hasSucceeded, indexOf, isIndexed, isTracked, specOf } from './pods.js';

/** No more uids than this stand in the status at a time. */
const mostUncounted = 500;

export interface Count {
  /** For good, without those that are noted. */
  succeeded: number;
  failed: number;
  noted: { succeeded: string[]; failed: string[] };
  /** All of them, noted and not yet noted ones too. */
  totalSucceeded: number;
  totalFailed: number;
  completed: Indexes;
  /** Where failures are counted for each index. */
  failedIndexes: Indexes | undefined;
  /** The last failed pods of indexes that wait for another try. */
  delayed: ReadonlyMap<number, Pod>;
  /** Pods that need not be kept any longer, once the count is written. */
  release: Pod[];
  /** Pods that ended are left to note, in the next turn. */
  isMore: boolean;
}

export function count(job: Job, pods: readonly Pod[]): Count {
  const tracked = pods.filter(isTracked);
  const kept = new Set(tracked.map(uidOf));
  const before = job.status?.uncountedTerminatedPods ?? {};
  const noted = {
    succeeded: (before.succeeded ?? []).filter(uid => kept.has(uid)),
    failed: (before.failed ?? []).filter(uid => kept.has(uid)),
  };
  const gone = (uids: readonly string[] = []): number => uids.filter(uid => !kept.has(uid)).length;
  const completions = specOf(job).completions ?? 0;
  const indexed = isIndexed(job);
  const known = Indexes.parse(indexed ? job.status?.completedIndexes : '', completions);
  const completed = known.with(indexed ? tracked.filter(hasSucceeded).flatMap(pod => indexOf(job, pod) ?? []) : []);
  const failedOnes = failedIndexes(job, tracked, completed);
  const waiting = failedOnes ? delayed(job, pods, completed, failedOnes) : new Map<number, Pod>();
  const result = note(job, tracked, noted, waiting);
  const failed = (job.status?.failed ?? 0) + gone(before.failed);
  const succeeded = indexed ? completed.size : (job.status?.succeeded ?? 0) + gone(before.succeeded);
  return {
    succeeded,
    failed,
    noted: { succeeded: [...noted.succeeded, ...result.succeeded], failed: [...noted.failed, ...result.failed] },
    totalSucceeded: indexed ? succeeded : succeeded + noted.succeeded.length + unnoted(tracked, noted, hasSucceeded),
    totalFailed: failed + noted.failed.length + unnoted(tracked, noted, pod => isFailure(job, pod)),
    completed,
    failedIndexes: failedOnes,
    delayed: waiting,
    release: result.release,
    isMore: result.isMore,
  };
}

const uidOf = ({ metadata }: Pod): string => metadata.uid ?? '';

type Noted = Count['noted'];
const isNoted = (pod: Pod, noted: Noted): boolean =>
  noted.succeeded.includes(uidOf(pod)) || noted.failed.includes(uidOf(pod));

const unnoted = (tracked: readonly Pod[], noted: Noted, test: (pod: Pod) => boolean): number =>
  tracked.filter(pod => !isNoted(pod, noted) && test(pod)).length;

const isFailure = (job: Job, pod: Pod): boolean =>
  hasFailed(job, pod) && (!isIndexed(job) || indexOf(job, pod) !== undefined) && counts(job, pod);

function note(job: Job, tracked: readonly Pod[], noted: Noted, waiting: ReadonlyMap<number, Pod>) {
  const result = { succeeded: [] as string[], failed: [] as string[], release: [] as Pod[], isMore: false };
  const indexed = isIndexed(job);
  let room = mostUncounted - noted.succeeded.length - noted.failed.length;
  for (const pod of tracked) {
    const ended = hasSucceeded(pod) || hasFailed(job, pod);
    if (!ended && !job.metadata.deletionTimestamp) continue;
    const index = indexed ? indexOf(job, pod) : undefined;
    if (index !== undefined && waiting.get(index) === pod) continue;
    const list = isNoted(pod, noted) ? undefined : listFor(job, pod, result);
    if (list && room <= 0) {
      result.isMore = true;
      continue;
    }
    result.release.push(pod);
    if (!list) continue;
    list.push(uidOf(pod));
    room--;
  }
  return result;
}

/** Where the pod's uid is noted; undefined for a pod that is not counted, or whose index says that it was. */
function listFor(job: Job, pod: Pod, lists: Noted): string[] | undefined {
  if (hasSucceeded(pod)) return isIndexed(job) ? undefined : lists.succeeded;
  return isFailure(job, pod) ? lists.failed : undefined;
}

/** For a server that does not know of the tracking (before 1.23): what there is to see of pods is what is counted. */
export function countPlainly(job: Job, pods: readonly Pod[]): Count {
  const succeeded = Math.max(job.status?.succeeded ?? 0, pods.filter(hasSucceeded).length);
  const failed = Math.max(job.status?.failed ?? 0, pods.filter(pod => isFailure(job, pod)).length);
  return {
    succeeded,
    failed,
    noted: { succeeded: [], failed: [] },
    totalSucceeded: succeeded,
    totalFailed: failed,
    completed: new Indexes(),
    failedIndexes: undefined,
    delayed: new Map(),
    release: [],
    isMore: false,
  };
}
