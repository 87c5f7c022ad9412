/** Which of the volumes that there are suits a claim, on a node or wherever it will be used. Pure. */
import { compare, parse, type Quantity } from '../quantity.js';
import { labelSelectorOf } from '../selectors/index.js';
import { matchesTerm, type SelectableNode } from '../selectors/node-terms.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../types.js';
import { classNameOf } from './claims.js';

export const sizeAsked = ({ spec }: PersistentVolumeClaim): Quantity =>
  parse(spec?.resources?.requests?.storage ?? '0');
const sizeOf = ({ spec }: PersistentVolume): Quantity => parse(spec?.capacity?.storage ?? '0');

export function isReachable({ spec }: PersistentVolume, node: SelectableNode): boolean {
  const required = spec?.nodeAffinity?.required;
  return !required || required.nodeSelectorTerms.some(term => matchesTerm(term, node));
}

/** One that is promised to the claim comes first, whatever its size; else the smallest that will do. */
export function volumeFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: SelectableNode | undefined,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  const canBeOn = (volume: PersistentVolume): boolean => !node || isReachable(volume, node);
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (taken.has(volume.metadata.name ?? '') || !isLargeEnough(claim, volume)) continue;
    const promised = isPromised(claim, volume);
    if (promised === 'to another') continue;
    if (promised === 'to it') return canBeOn(volume) ? volume : undefined;
    if (!isOnOffer(claim, volume) || !canBeOn(volume)) continue;
    if (!best || compare(sizeOf(volume), sizeOf(best)) < 0) best = volume;
  }
  return best;
}

function isLargeEnough(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const modes = (of: { volumeMode?: string } | undefined): string => of?.volumeMode ?? 'Filesystem';
  return (
    volume.metadata.deletionTimestamp === undefined &&
    modes(volume.spec) === modes(claim.spec) &&
    compare(sizeOf(volume), sizeAsked(claim)) >= 0
  );
}

export function isPromised(
  { metadata }: PersistentVolumeClaim,
  { spec }: PersistentVolume,
): 'to it' | 'to another' | 'no' {
  const reference = spec?.claimRef;
  if (!reference) return 'no';
  const same = reference.name === metadata.name && reference.namespace === metadata.namespace;
  return same && (!reference.uid || reference.uid === metadata.uid) ? 'to it' : 'to another';
}

function isOnOffer(claim: PersistentVolumeClaim, { metadata, spec, status }: PersistentVolume): boolean {
  const { accessModes = [], selector, volumeAttributesClassName = '' } = claim.spec ?? {};
  return (
    (status?.phase ?? 'Available') === 'Available' &&
    (spec?.storageClassName ?? '') === classNameOf(claim) &&
    (spec?.volumeAttributesClassName ?? '') === volumeAttributesClassName &&
    accessModes.every(mode => spec?.accessModes?.includes(mode)) &&
    (!selector || labelSelectorOf(selector).matches(metadata.labels))
  );
}
