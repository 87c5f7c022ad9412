/**
 * discovery.k8s.io/v1beta1, which Kubernetes 1.20's proxy and controllers speak. It says where an endpoint is in a map
 * of labels, `topology`; v1 has fields for node and zone, and keeps what else was in the map as deprecatedTopology.
 */
import { validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { AnyObject, Endpoint } from '../../types.js';
import { tooMany } from '../../validation/errors.js';
import { storedAs } from '../conversion.js';
import type { KindRow } from '../row.js';
import { endpointSliceRow } from './row.js';
import { type BetaEndpoint, endpointFromV1, endpointToV1 } from './topology.js';

const mostTopology = 16;

const name = { group: 'discovery.k8s.io', version: 'v1beta1', kind: 'EndpointSlice' };

const conversion = storedAs(endpointSliceRow, name, {
  toStorage(slice) {
    slice.endpoints = ((slice.endpoints ?? []) as BetaEndpoint[]).map(endpointToV1);
  },
  fromStorage(slice) {
    slice.endpoints = ((slice.endpoints ?? []) as Endpoint[]).map(endpointFromV1);
  },
});

function validateTopology(slice: AnyObject): FieldError[] {
  return ((slice.endpoints ?? []) as BetaEndpoint[]).flatMap(({ topology = {} }, index) => {
    const path = `endpoints[${index}].topology`;
    const count = Object.keys(topology).length;
    return [...(count > mostTopology ? [tooMany(path, count, mostTopology)] : []), ...validateLabels(topology, path)];
  });
}

/** All that v1 says, but for what a version may not write: the map is this version's own. */
const { prepareCreate: _create, prepareUpdate: _update, ...alike } = endpointSliceRow;

export const endpointSliceV1beta1Row: KindRow = {
  ...alike,
  ...name,
  model: 'V1beta1EndpointSlice',
  conversion,
  validate: slice => [...(endpointSliceRow.validate?.(slice) ?? []), ...validateTopology(slice)],
};
