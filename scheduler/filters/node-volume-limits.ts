/** A driver attaches only so many volumes to a node, as the node's CSINode says; one that two pods share counts once. */

import { classNameOf } from '../../api/volumes/claims.js';
import type { NodeState } from '../model/node-state.js';
import type { VolumeObjects } from '../volumes/objects.js';
import { type Filter, refusal } from './filter.js';

const tooMany = refusal('node(s) exceed max volume count');

export const nodeVolumeLimits: Filter = {
  name: 'NodeVolumeLimits',
  wakes: { NodeAdded: true, PodGone: (_, { pod }) => pod === undefined || pod.claims.length > 0, Storage: true },
  prepare: ({ claims }, { volumes }) => {
    const wanted = claims.flatMap(key => attachment(key, volumes) ?? []);
    return wanted.length === 0
      ? undefined
      : { refuses: node => (exceeds(wanted, node, volumes) ? tooMany : undefined) };
  },
};

interface Attachment {
  driver: string;
  /** Tells volumes of a driver apart. */
  id: string;
}

/** Undefined for volumes that no driver attaches. */
function attachment(claimKey: string, objects: VolumeObjects): Attachment | undefined {
  const claim = objects.claim(claimKey);
  if (!claim) return undefined;
  const volume = objects.volume(claim.spec?.volumeName ?? '');
  if (volume) {
    const csi = volume.spec?.csi;
    return csi && { driver: csi.driver, id: csi.volumeHandle };
  }
  const driver = objects.storageClass(classNameOf(claim))?.provisioner;
  return driver ? { driver, id: `claim ${claimKey}` } : undefined;
}

function exceeds(wanted: readonly Attachment[], node: NodeState, objects: VolumeObjects): boolean {
  const drivers = objects.csiNode(node.name)?.spec?.drivers ?? [];
  return drivers.some(({ allocatable, name }) => {
    const limit = allocatable?.count;
    const more = wanted.filter(({ driver }) => driver === name);
    if (limit === undefined || more.length === 0) return false;
    const attached = new Set<string>();
    for (const { claims } of node.pods.values()) {
      for (const key of claims) {
        const there = attachment(key, objects);
        if (there?.driver === name) attached.add(there.id);
      }
    }
    const fresh = more.filter(({ id }) => !attached.has(id)).length;
    return fresh > 0 && attached.size + fresh > limit;
  });
}
