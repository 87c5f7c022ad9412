/** Which pods are to be placed. Pure. */
import { deepEqual } from '../api/json.js';
import type { Pod } from '../api/types.js';
import { defaultSchedulerName } from './profiles/profile.js';

export const schedulerNameOf = ({ spec }: Pod): string => spec?.schedulerName || defaultSchedulerName;

/** Not yet on a node, not going away, and not held back by gates. */
export const awaitsNode = ({ metadata, spec }: Pod): boolean =>
  !spec?.nodeName && metadata.deletionTimestamp === undefined && (spec?.schedulingGates ?? []).length === 0;

/** Whether the pod asks for something else than before: our own reports in its status do not count. */
export const wantsOtherwise = (before: Pod, now: Pod): boolean =>
  before.metadata.uid !== now.metadata.uid ||
  !deepEqual(before.spec, now.spec) ||
  !deepEqual(before.metadata.labels, now.metadata.labels);

/** Whether a pod on a node counts otherwise than before: also when it begins to go. */
export const countsOtherwise = (before: Pod, now: Pod): boolean =>
  wantsOtherwise(before, now) || before.metadata.deletionTimestamp !== now.metadata.deletionTimestamp;
