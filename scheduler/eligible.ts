/** Which pods are this scheduler's to place. Pure. */
import { deepEqual } from '../api/json.js';
import type { Pod } from '../api/types.js';

export const schedulerName = 'default-scheduler';

/** Not yet on a node, not going away, not held back by gates, and not another scheduler's. */
export const awaitsNode = ({ metadata, spec }: Pod): boolean =>
  !spec?.nodeName &&
  metadata.deletionTimestamp === undefined &&
  (spec?.schedulingGates ?? []).length === 0 &&
  (spec?.schedulerName || schedulerName) === schedulerName;

/** Whether the pod asks for something else than before: our own reports in its status do not count. */
export const wantsOtherwise = (before: Pod, now: Pod): boolean =>
  before.metadata.uid !== now.metadata.uid ||
  !deepEqual(before.spec, now.spec) ||
  !deepEqual(before.metadata.labels, now.metadata.labels);
