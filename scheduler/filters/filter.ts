/** A reason for which a node may not have a pod. */
import type { NodeState } from '../model/node-state.js';
import type { PodInfo } from '../model/pod-info.js';
import type { ProfileArguments } from '../profiles/profile.js';
import type { Wakes } from '../queue/events.js';
import type { View } from '../view.js';

/** Kubernetes' words for why a node is not for a pod. */
export interface Verdict {
  readonly reasons: readonly string[];
  /** No pod's leaving would change it: preemption need not look at the node. */
  readonly lasting: boolean;
}

export const refusal = (...reasons: string[]): Verdict => ({ reasons, lasting: false });
export const lasting = (...reasons: string[]): Verdict => ({ reasons, lasting: true });

/** What a filter has to say about one pod, prepared once an attempt. */
export interface Check {
  /** Undefined when the node may have it. */
  refuses(node: NodeState): Verdict | undefined;
  /** Only these nodes come into question at all. */
  readonly only?: ReadonlySet<string>;
  /** In a world that is imagined (see preemption/), another pod comes to a node (1) or leaves it (-1). Only checks that look beyond the node need it. */
  change?(other: PodInfo, node: NodeState, by: 1 | -1): void;
}

/** No node whatever may have the pod, as it and the cluster are. */
export interface RefusedByAll {
  readonly everywhere: string;
}

export interface Filter {
  /** As Kubernetes names the plugin. */
  readonly name: string;
  /** After these events, a pod that this filter refused is worth another look. */
  readonly wakes: Wakes;
  /** Undefined when it has nothing against any node. */
  prepare(pod: PodInfo, view: View, args: ProfileArguments): Check | RefusedByAll | undefined;
}

export const isRefusedByAll = (prepared: Check | RefusedByAll): prepared is RefusedByAll => 'everywhere' in prepared;
