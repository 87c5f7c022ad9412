/** How many pods each ReplicaSet should have next, so that there are never too few nor too many. Pure. */
import type { Deployment, ReplicaSet } from '../../api/types.js';
import { share } from '../share.js';
import { byAge, desiredWhenSized, mostWhenSized } from './replicasets.js';

export interface Bounds {
  replicas: number;
  maxSurge: number;
  maxUnavailable: number;
}

/** What the deployment allows. Both bounds zero would be a standstill: then one pod may be missing. */
export function boundsOf({ spec }: Deployment): Bounds {
  const replicas = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: replicas };
  const { maxSurge, maxUnavailable } = spec?.strategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(share(maxUnavailable, replicas, Math.floor), replicas);
  return { replicas, maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export const sizeOf = ({ spec }: ReplicaSet): number => spec?.replicas ?? 1;
export const availableOf = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
export const total = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((sum, set) => sum + count(set), 0);

/** How large the newest ReplicaSet may be now: it grows into the room that the surge and the old ones leave. */
export function nextSizeOfNewest(newest: number, old: readonly ReplicaSet[], bounds: Bounds): number {
  if (newest > bounds.replicas) return bounds.replicas;
  const room = bounds.replicas + bounds.maxSurge - newest - total(old, sizeOf);
  return Math.max(newest, newest + Math.min(room, bounds.replicas - newest));
}

export type Sizes = ReadonlyMap<ReplicaSet, number>;

/** The old ReplicaSets that shrink, and to what: first pods that do not serve, then as many as may be missed. */
export function nextSizesOfOld(old: readonly ReplicaSet[], newest: ReplicaSet, bounds: Bounds): Sizes {
  const sizes = new Map<ReplicaSet, number>();
  const all = total(old, sizeOf) + sizeOf(newest);
  const needed = bounds.replicas - bounds.maxUnavailable;
  const starting = sizeOf(newest) - availableOf(newest);
  let spare = all - needed - starting;
  const inOrder = [...old].sort(byAge);
  if (spare <= 0) return sizes;
  for (const set of inOrder) {
    const broken = Math.min(sizeOf(set) - availableOf(set), spare);
    if (broken <= 0) continue;
    sizes.set(set, sizeOf(set) - broken);
    spare -= broken;
  }
  let missable = total(old, availableOf) + availableOf(newest) - needed;
  for (const set of inOrder) {
    const size = sizes.get(set) ?? sizeOf(set);
    const fewer = Math.min(size, Math.max(0, missable));
    if (fewer > 0) sizes.set(set, size - fewer);
    missable -= fewer;
  }
  return sizes;
}

/** The deployment was given another size since these were sized. */
export const wasResized = (sets: readonly ReplicaSet[], replicas: number): boolean =>
  sets.some(set => sizeOf(set) > 0 && (desiredWhenSized(set) ?? replicas) !== replicas);

/**
 * All ReplicaSets grow or shrink by their share when the deployment does in the midst of a rollout: the mixture stays,
 * so that a bad template does not gain ground by it.
 */
export function proportionalSizes(sets: readonly ReplicaSet[], newest: ReplicaSet | undefined, bounds: Bounds): Sizes {
  const active = sets.filter(set => sizeOf(set) > 0);
  const [alone] = active.length === 1 ? active : active.length === 0 && newest ? [newest] : [];
  if (alone) return new Map([[alone, bounds.replicas]]);
  if (newest && sizeOf(newest) === bounds.replicas && availableOf(newest) === bounds.replicas) {
    return new Map([newest, ...active].map(set => [set, set === newest ? bounds.replicas : 0]));
  }
  const allowed = bounds.replicas > 0 ? bounds.replicas + bounds.maxSurge : 0;
  const toAdd = allowed - total(active, sizeOf);
  // The largest first, so that what rounding leaves over matters least; among equals the newer when there is more to give.
  const inOrder = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of inOrder) {
    const part = proportion(set, bounds, toAdd, toAdd - added);
    sizes.set(set, sizeOf(set) + part);
    added += part;
  }
  const [first] = inOrder;
  if (first) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return sizes;
}

function proportion(set: ReplicaSet, bounds: Bounds, toAdd: number, left: number): number {
  if (toAdd === 0 || left === 0) return 0;
  const before = mostWhenSized(set) || bounds.replicas || 1;
  const wanted = Math.round((sizeOf(set) * (bounds.replicas + bounds.maxSurge)) / before) - sizeOf(set);
  return toAdd > 0 ? Math.min(wanted, left) : Math.max(wanted, left);
}
