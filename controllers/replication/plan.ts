/** What a replication controller does next. Pure: see controller.ts for the promise. */
import type { Pod } from '../../api/types.js';
import { inDeletionOrder } from '../deletion-order.js';
import { controllerOf, isActive, isTerminating, nextAvailable } from '../pod-state.js';
import { type Replicating, type ReplicationStatus, statusOf } from './status.js';

export interface Plan {
  /** Matching pods without a controller, which become ours. */
  adopt: Pod[];
  /** Pods of ours that no longer match. */
  release: Pod[];
  /** How many pods to make. */
  create: number;
  delete: Pod[];
  /** As the pods are before this plan is carried out; their events bring the next turn. */
  status: ReplicationStatus;
  lookAgainAfterMs?: number;
}

/** `selects` says which pods are meant; `candidates` are at least the namespace's pods that this controller owns and those that nothing controls. */
export function planFor(
  rc: Replicating,
  selects: (pod: Pod) => boolean,
  candidates: readonly Pod[],
  now: number,
): Plan {
  const leaving = isTerminating(rc);
  const active = candidates.filter(isActive);
  const mine = active.filter(pod => controllerOf(pod)?.uid === rc.metadata.uid);
  const adopt = leaving ? [] : active.filter(pod => !controllerOf(pod) && selects(pod));
  const release = leaving ? [] : mine.filter(pod => !selects(pod));
  const owned = [...mine.filter(selects), ...adopt];

  const missing = leaving ? 0 : (rc.spec?.replicas ?? 1) - owned.length;
  const nextLook = nextAvailable(owned, rc.spec?.minReadySeconds, now);
  return {
    adopt,
    release,
    create: Math.max(0, missing),
    delete: missing < 0 ? inDeletionOrder(owned, now).slice(0, -missing) : [],
    status: statusOf(rc, owned, now),
    ...(nextLook === undefined ? {} : { lookAgainAfterMs: nextLook - now }),
  };
}
