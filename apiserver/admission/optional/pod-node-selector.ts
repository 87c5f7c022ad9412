/** A namespace's annotation (or the configuration) says to which nodes its pods are confined. */

import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { createsPod, newPod, refusal } from '../request.js';
import { type LabelMap, labelMapOf } from './label-map.js';

const annotation = 'scheduler.alpha.kubernetes.io/node-selector';

/** 'env=test,zone=a' by namespace: which labels a pod there may ask for; `clusterDefaultNodeSelector` where no annotation is. */
export type NodeSelectors = ReadonlyMap<string, LabelMap>;

export const podNodeSelector = (lookup: Lookup, selectors: NodeSelectors): AdmissionPlugin => ({
  name: 'PodNodeSelector',
  handles: createsPod,
  mutate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    const wanted = selectorOf(lookup, selectors, request);
    const said = spec.nodeSelector ?? {};
    if ([...wanted].some(([key, value]) => Object.hasOwn(said, key) && said[key] !== value)) {
      throw refusal(request, 'pod node label selector conflicts with its namespace node label selector');
    }
    if (wanted.size > 0) spec.nodeSelector = { ...Object.fromEntries(wanted), ...said };
  },
  validate(request) {
    const allowed = selectors.get(request.info.namespace);
    if (!allowed || allowed.size === 0) return;
    const said = Object.entries(newPod(request).spec?.nodeSelector ?? {});
    if (said.every(([key, value]) => allowed.get(key) === value)) return;
    throw refusal(request, 'pod node label selector labels conflict with its namespace whitelist');
  },
});

function selectorOf(lookup: Lookup, selectors: NodeSelectors, request: AdmissionRequest): LabelMap {
  const namespace = lookup.get({ group: '', resource: 'namespaces' }, '', request.info.namespace);
  const text = namespace?.metadata.annotations?.[annotation];
  if (text === undefined) return selectors.get('clusterDefaultNodeSelector') ?? new Map();
  const found = labelMapOf(text);
  if (found) return found;
  throw refusal(request, `the annotation ${annotation} of namespace ${request.info.namespace} is no list of key=value`);
}
