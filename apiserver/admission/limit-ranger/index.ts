/** LimitRanger: a namespace's LimitRanges say what containers get that ask for nothing, and how little and how much they may ask for. */
import type { LimitRange, PersistentVolumeClaim, Pod } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { concerns, newPod, refusal } from '../request.js';
import { judgeClaim, judgePod } from './constraints.js';
import { defaultResources } from './defaults.js';

const isPod = (request: AdmissionRequest): boolean => request.row.group === '' && concerns(request, 'pods');
const isClaim = (request: AdmissionRequest): boolean =>
  request.row.group === '' && concerns(request, 'persistentvolumeclaims');
const isResize = (request: AdmissionRequest): boolean =>
  request.row.group === '' && concerns(request, 'pods', 'resize');

/** A pod's containers are decided when it is made; their sizes may change later, and so may a claim's. */
function handles(request: AdmissionRequest): boolean {
  const { operation, oldObject } = request;
  if (oldObject?.metadata.deletionTimestamp) return false;
  if (operation === 'CREATE') return isPod(request) || isClaim(request);
  return operation === 'UPDATE' && (isClaim(request) || isResize(request));
}

export const limitRanger = (lookup: Lookup): AdmissionPlugin => ({
  name: 'LimitRanger',
  handles,
  mutate(request) {
    if (request.operation !== 'CREATE' || !isPod(request)) return;
    for (const range of rangesOf(lookup, request)) defaultResources(newPod(request), range);
  },
  validate(request) {
    for (const range of rangesOf(lookup, request)) {
      const complaints = isClaim(request)
        ? judgeClaim(request.object as unknown as PersistentVolumeClaim, range)
        : judgePod(request.object as unknown as Pod, range);
      if (complaints.length === 0) continue;
      throw refusal(request, complaints.length === 1 ? (complaints[0] as string) : `[${complaints.join(', ')}]`);
    }
  },
});

function rangesOf(lookup: Lookup, { info }: AdmissionRequest): LimitRange[] {
  const ranges = lookup.list({ group: '', resource: 'limitranges' }, info.namespace) as Iterable<unknown>;
  return [...(ranges as Iterable<LimitRange>)];
}
