/**
 * Endpoints that somebody keeps by hand, for a service without a selector, are seen by proxies, which read EndpointSlices
 * only: this loop says in slices what such an Endpoints object says. The slices are its own, and go with it.
 */
import type { EndpointSlice } from '../../api/types.js';
import { endpointSlices, endpoints, services } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { managedByLabel, serviceNameLabel } from '../endpointslices/slice.js';
import { named, nameOf, ownKey } from '../keys.js';
import { isTerminating } from '../pod-state.js';
import { except, isNamespaceGoing } from '../refusals.js';
import { isMirrored, mirrored, planFor } from './plan.js';

const keysOf = (slice: EndpointSlice | undefined): string[] => {
  const { labels, namespace } = slice?.metadata ?? {};
  const name = labels?.[serviceNameLabel];
  return name && labels?.[managedByLabel] === mirrored ? [`${namespace}/${name}`] : [];
};

export const endpointSliceMirroring: Controller = {
  name: 'endpointslicemirroring-controller',
  workers: 5,
  sources: [
    { resource: endpoints, keysFor: ownKey },
    { resource: services, keysFor: ownKey },
    {
      resource: endpointSlices,
      keysFor: (now, before) => [...new Set([...keysOf(before), ...keysOf(now)])],
      indexes: { mirrored: keysOf },
    },
  ],
  async reconcile(key, { read, write }) {
    const source = read.get(endpoints, nameOf(key));
    const service = read.get(services, nameOf(key));
    const existing = read.byIndex(endpointSlices, 'mirrored', key);
    const isMeant = source && !isTerminating(source) && isMirrored(source) && service && !service.spec?.selector;
    const plan = isMeant ? planFor(source, existing) : { create: [], update: [], delete: existing };
    await Promise.all([
      ...plan.create.map(slice => write.create(endpointSlices, slice).catch(except(isNamespaceGoing))),
      ...plan.update.map(slice => write.update(endpointSlices, slice)),
    ]);
    await Promise.all(
      plan.delete.map(slice =>
        write.delete(endpointSlices, named(slice), { preconditions: { uid: slice.metadata.uid ?? '' } }),
      ),
    );
    return undefined;
  },
};
