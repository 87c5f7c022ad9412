/** What a deployment does next. Pure: see controller.ts for the promise. */
import type { Deployment, Pod, ReplicaSet } from '../../api/types.js';
import { isTerminal, isTerminating } from '../pod-state.js';
import { byRevision, laterOf, made, newestOf, nextRevision, refreshed, revisionOf } from './replicasets.js';
import {
  type Bounds,
  boundsOf,
  nextSizeOfNewest,
  nextSizesOfOld,
  proportionalSizes,
  type Sizes,
  sizeOf,
  wasResized,
} from './rollout.js';
import { isComplete } from './status.js';

export interface Plan {
  newest: ReplicaSet | undefined;
  bounds: Bounds;
  /** The ReplicaSet of the template, which does not exist yet. */
  create?: ReplicaSet;
  /** The newest one with what the deployment says of it now. */
  refresh?: ReplicaSet;
  sizes: Sizes;
  /** Old ones that nobody will go back to. */
  delete: ReplicaSet[];
  /** Of the template, once it has a ReplicaSet. */
  revision?: bigint;
}

const none: Sizes = new Map();

/** `sets` are the deployment's own; `podsOf` answers a ReplicaSet's pods, whatever state they are in. */
export function planFor(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  podsOf: (set: ReplicaSet) => readonly Pod[],
): Plan {
  const bounds = boundsOf(deployment);
  const newest = newestOf(deployment, sets);
  const old = sets.filter(set => set !== newest);
  const idle = { newest, bounds, sizes: none, delete: [] };
  if (isTerminating(deployment)) return idle;
  const revision = nextRevision(old);
  const refresh = newest && refreshed(deployment, newest, revision);
  const present = {
    ...idle,
    ...(refresh ? { refresh } : {}),
    ...(newest ? { revision: laterOf(revision, revisionOf(newest)) } : {}),
  };
  if (deployment.spec?.paused) return { ...present, ...paused(deployment, sets, newest, bounds) };
  if (wasResized(sets, bounds.replicas)) return { ...present, sizes: proportionalSizes(sets, newest, bounds) };
  const step = deployment.spec?.strategy?.type === 'Recreate' ? recreate : roll;
  const { size, sizes } = step(newest, old, bounds, podsOf);
  if (!newest) {
    if (size === undefined) return { ...idle, sizes };
    const create = made(deployment, size, bounds.replicas + bounds.maxSurge, revision);
    return { ...idle, create, sizes, revision };
  }
  const all = size === undefined || size === sizeOf(newest) ? sizes : new Map([...sizes, [newest, size]]);
  return {
    ...present,
    sizes: all,
    delete: isComplete(deployment, deployment.status ?? {}) ? superfluous(deployment, old) : [],
  };
}

/** A paused deployment rolls nothing out, but it has the size that it is given. */
function paused(deployment: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet | undefined, bounds: Bounds) {
  const resized = wasResized(sets, bounds.replicas);
  const sizes = resized ? proportionalSizes(sets, newest, bounds) : none;
  return {
    sizes,
    delete: resized
      ? []
      : superfluous(
          deployment,
          sets.filter(set => set !== newest),
        ),
  };
}

interface Step {
  /** Of the newest ReplicaSet; absent: not its turn yet. */
  size?: number;
  sizes: Sizes;
}

/** All old pods end, and are gone, before a new one begins. */
function recreate(
  _newest: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  { replicas }: Bounds,
  podsOf: (set: ReplicaSet) => readonly Pod[],
): Step {
  const running = old.filter(set => sizeOf(set) > 0);
  if (running.length > 0) return { sizes: new Map(running.map(set => [set, 0])) };
  if (old.some(set => podsOf(set).some(pod => !isTerminal(pod)))) return { sizes: none };
  return { size: replicas, sizes: none };
}

/** New pods come as there is room for them, old ones go as they can be missed: one of the two in each turn. */
function roll(newest: ReplicaSet | undefined, old: readonly ReplicaSet[], bounds: Bounds): Step {
  const size = nextSizeOfNewest(newest ? sizeOf(newest) : 0, old, bounds);
  if (!newest || size !== sizeOf(newest)) return { size, sizes: none };
  return {
    size,
    sizes: nextSizesOfOld(
      old.filter(set => sizeOf(set) > 0),
      newest,
      bounds,
    ),
  };
}

/** The oldest revisions beyond the history that is kept, of those that are empty and have settled. */
function superfluous(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit;
  if (limit === undefined) return [];
  const empty = old.filter(
    set =>
      sizeOf(set) === 0 &&
      (set.status?.replicas ?? 0) === 0 &&
      (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0) &&
      !isTerminating(set),
  );
  const inOrder = [...empty].sort(byRevision);
  return inOrder.slice(0, Math.max(0, old.length - limit));
}
