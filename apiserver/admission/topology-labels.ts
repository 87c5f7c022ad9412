/** A pod carries the zone and the region of its node, for what reads its labels (PodTopologyLabels). */
import { put } from '../../api/json.js';
import type { Binding, Pod } from '../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../contracts.js';
import { concerns, createsPod } from './request.js';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

const bindsPod = (request: AdmissionRequest): boolean =>
  request.operation === 'CREATE' &&
  request.row.group === '' &&
  (concerns(request, 'pods', 'binding') || concerns(request, 'bindings'));

export const topologyLabels = (lookup: Lookup): AdmissionPlugin => ({
  name: 'PodTopologyLabels',
  handles: request => createsPod(request) || bindsPod(request),
  mutate({ object, info, row }) {
    if (!object) return;
    const isBinding = info.subresource === 'binding' || row.plural === 'bindings';
    const node = isBinding ? (object as unknown as Binding).target.name : (object as unknown as Pod).spec?.nodeName;
    const labels = node ? lookup.get({ group: '', resource: 'nodes' }, '', node)?.metadata.labels : undefined;
    for (const name of copied) {
      const value = labels?.[name];
      if (value === undefined) continue;
      object.metadata.labels ??= {};
      put(object.metadata.labels, name, value);
    }
  },
});
