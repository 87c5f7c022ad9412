/** What happens in the cluster that may make room for a pod that found none. */
import type { Node } from '../../api/types.js';
import type { PodInfo } from '../model/pod-info.js';

export type EventName =
  | 'NodeAdded'
  | 'NodeAllocatable'
  | 'NodeLabels'
  | 'NodeTaints'
  | 'NodeUnschedulable'
  /** A pod came to stand on a node, or one that stands there was labelled anew. */
  | 'PodAssigned'
  /** A pod that stood on a node is gone, or finished. */
  | 'PodGone'
  | 'NamespaceLabels'
  /** Claims, volumes, storage classes, and what drivers tell of nodes and room. */
  | 'Storage';

export interface ClusterEvent {
  readonly name: EventName;
  /** Of events of nodes. */
  readonly node?: Node;
  /** Of events of pods. */
  readonly pod?: PodInfo;
}

/** Whether an event may help this pod: true where nothing more can be told without a whole attempt. */
export type Hint = (waiting: PodInfo, event: ClusterEvent) => boolean;

export type Wakes = Readonly<Partial<Record<EventName, Hint | true>>>;
