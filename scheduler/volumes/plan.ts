/** What would become of a pod's claims on a node: which volumes they would get, and which would have to be made. Pure. */
import { compare, parse } from '../../api/quantity.js';
import { labelSelectorOf } from '../../api/selectors/index.js';
import type { SelectableNode } from '../../api/selectors/node-terms.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { classNameOf, selectedNodeAnnotation } from '../../api/volumes/claims.js';
import { isReachable, sizeAsked, volumeFor } from '../../api/volumes/match.js';
import type { VolumeObjects } from './objects.js';

export interface VolumePlan {
  readonly bindings: readonly { claim: PersistentVolumeClaim; volume: PersistentVolume }[];
  /** Claims whose volume is made for the node. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** A pod's claims, sorted by what is to be done about them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** The smallest first: the larger volumes are left to those that need them. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

export const bySize = (a: PersistentVolumeClaim, b: PersistentVolumeClaim): number =>
  compare(sizeAsked(a), sizeAsked(b));

const noVolume = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const unreachable = 'node(s) had volume node affinity conflict';
const nothingToBind = "node(s) didn't find available persistent volumes to bind";
const noSpace = 'node(s) did not have enough free storage';

/** The plan, or Kubernetes' words for why there is none. */
export function planVolumes(
  { bound, waiting }: PodClaims,
  node: SelectableNode,
  objects: VolumeObjects,
): VolumePlan | { reasons: string[] } {
  const reasons = new Set<string>();
  for (const { spec } of bound) {
    const volume = objects.volume(spec?.volumeName ?? '');
    if (!volume) reasons.add(noVolume);
    else if (!isReachable(volume, node)) reasons.add(unreachable);
  }
  const plan = {
    bindings: [] as { claim: PersistentVolumeClaim; volume: PersistentVolume }[],
    provisions: [] as PersistentVolumeClaim[],
  };
  const taken = new Set<string>();
  for (const claim of waiting) {
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
    const volume = selected === undefined ? volumeFor(claim, objects.volumes(), node, taken) : undefined;
    if (volume) {
      taken.add(volume.metadata.name ?? '');
      plan.bindings.push({ claim, volume });
      continue;
    }
    const obstacle =
      selected !== undefined && selected !== node.name ? nothingToBind : notProvisionable(claim, node, objects);
    if (obstacle) reasons.add(obstacle);
    else plan.provisions.push(claim);
  }
  return reasons.size > 0 ? { reasons: [...reasons] } : plan;
}

function notProvisionable(
  claim: PersistentVolumeClaim,
  node: SelectableNode,
  objects: VolumeObjects,
): string | undefined {
  const storageClass = objects.storageClass(classNameOf(claim));
  const provisioner = storageClass?.provisioner ?? '';
  if (!storageClass || provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return nothingToBind;
  if (!isAllowed(storageClass, node)) return nothingToBind;
  const tellsRoom = objects.csiDriver(provisioner)?.spec?.storageCapacity === true;
  return tellsRoom && !hasRoom(claim, classNameOf(claim), node, objects) ? noSpace : undefined;
}

function isAllowed({ allowedTopologies }: StorageClass, { labels }: SelectableNode): boolean {
  if (!allowedTopologies?.length) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])),
  );
}

function hasRoom(
  claim: PersistentVolumeClaim,
  className: string,
  { labels }: SelectableNode,
  objects: VolumeObjects,
): boolean {
  const asked = sizeAsked(claim);
  return objects.capacities(className).some(({ capacity, maximumVolumeSize, nodeTopology }) => {
    const largest = maximumVolumeSize ?? capacity;
    if (largest === undefined || !nodeTopology) return false;
    return compare(parse(largest), asked) >= 0 && labelSelectorOf(nodeTopology).matches(labels);
  });
}
