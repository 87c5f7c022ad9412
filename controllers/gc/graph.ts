/**
 * Who owns whom, as the caches of all kinds show it. The keys of the garbage collector's queue are uids: an object is
 * found by its own, and its dependents by that of their owner, even when the owner was never seen.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import type { Reader, Source } from '../../client/runtime/controller.js';
import { isWaiting } from './plan.js';

export interface Found {
  resource: Resource;
  object: KubeObject;
}

export class Graph {
  constructor(private readonly resources: readonly Resource[]) {}

  get sources(): Source[] {
    return this.resources.map(resource => ({
      resource,
      indexes: { uid: object => [object.metadata.uid ?? ''], owner: object => ownerUids(object) },
      keysFor: (now, before, read) => this.wakes(now, before, read),
    }));
  }

  find(uid: string, read: Reader): Found | undefined {
    for (const resource of this.resources) {
      const [object] = read.byIndex(resource, 'uid', uid);
      if (object) return { resource, object };
    }
    return undefined;
  }

  dependentsOf(uid: string, read: Reader): Found[] {
    return this.resources.flatMap(resource =>
      read.byIndex(resource, 'owner', uid).map(object => ({ resource, object })),
    );
  }

  /** The uids to look at when an object changes: itself, those that wait for it, and those that depend on it. */
  private wakes(now: KubeObject | undefined, before: KubeObject | undefined, read: Reader): string[] {
    if (now && before && isDeepStrictEqual(concern(now), concern(before))) return [];
    const uid = (now ?? before)?.metadata.uid ?? '';
    const began = now !== undefined && isWaiting(now) && !(before && isWaiting(before));
    const dependents = began || !now ? this.dependentsOf(uid, read).map(({ object }) => object.metadata.uid ?? '') : [];
    const left = before ? ownerUids(before).filter(owner => !now || !ownerUids(now).includes(owner)) : [];
    const unblocked = now && before ? ownerUids(now) : [];
    const itself = now && (ownerUids(now).length > 0 || now.metadata.deletionTimestamp) ? [uid] : [];
    return [...itself, ...dependents, ...left, ...unblocked];
  }
}

const ownerUids = (object: KubeObject): string[] => (object.metadata.ownerReferences ?? []).map(owner => owner.uid);

/** All of an object that the collector looks at. */
const concern = ({ metadata }: KubeObject) => [
  metadata.uid,
  metadata.ownerReferences ?? [],
  metadata.finalizers ?? [],
  metadata.deletionTimestamp,
];
