/** Which of a node's properties changed, as events that may wake waiting pods. Pure. */
import { deepEqual } from '../../api/json.js';
import type { Node } from '../../api/types.js';
import type { EventName } from '../queue/events.js';

/** Empty for what heartbeats write. */
export function nodeChanges(before: Node, now: Node): EventName[] {
  const changed: [EventName, unknown, unknown][] = [
    ['NodeAllocatable', before.status?.allocatable, now.status?.allocatable],
    ['NodeLabels', before.metadata.labels, now.metadata.labels],
    ['NodeTaints', before.spec?.taints, now.spec?.taints],
    ['NodeUnschedulable', before.spec?.unschedulable ?? false, now.spec?.unschedulable ?? false],
  ];
  return changed.flatMap(([event, a, b]) => (deepEqual(a, b) ? [] : [event]));
}
