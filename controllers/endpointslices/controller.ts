/**
 * The pods of a service with a selector are listed in EndpointSlices, at most a hundred in each, by address family and
 * by the ports that they have: whether they are ready, still serve, or terminate, and on which node and in which zone.
 * An endpoint stays in its slice, and as few slices as possible are written; pods that change together are written
 * together. A service without pods has one empty slice. Slices that others keep are not touched, and those of a service
 * that is gone are left to the garbage collector, for each slice is owned by its service.
 */
import type { EndpointSlice, Node } from '../../api/types.js';
import { endpointSlices, nodes, services } from '../../client/resources.js';
import type { Controller, Reader, Writer } from '../../client/runtime/controller.js';
import { isOurs, podSource, podsFor, serviceSource } from '../backends.js';
import { keyOf, named, nameOf } from '../keys.js';
import { Pacing } from '../pacing.js';
import { except, isNamespaceGoing } from '../refusals.js';
import { type Plan, planFor } from './plan.js';
import { managedBy, managedByLabel, serviceNameLabel } from './slice.js';

const gapMs = 30;
const zoneLabel = 'topology.kubernetes.io/zone';

export function endpointSlicesController(): Controller {
  const pacing = new Pacing(gapMs);
  return {
    name: 'endpointslice-controller',
    workers: 5,
    sources: [
      serviceSource,
      {
        resource: endpointSlices,
        keysFor: (now, before) => [before, now].flatMap(slice => serviceOf(slice) ?? []),
        indexes: { service: (slice: EndpointSlice) => serviceOf(slice) ?? [] },
      },
      { resource: nodes, keysFor: keysForNode },
      podSource,
    ],

    async reconcile(key, { read, write, clock }) {
      const service = read.get(services, nameOf(key));
      if (!service || !isOurs(service)) {
        pacing.forget(key);
        return undefined;
      }
      const zoneOf = (node: string) => read.get(nodes, { name: node })?.metadata.labels?.[zoneLabel];
      const existing = read.byIndex(endpointSlices, 'service', key);
      const plan = planFor(service, podsFor(service, read), existing, zoneOf);
      if (plan.create.length + plan.update.length + plan.delete.length === 0) return undefined;
      const wait = pacing.waitMs(key, clock.now());
      if (wait > 0) return { requeueAfterMs: wait };
      await carryOut(plan, write);
      pacing.wrote(key, clock.now());
      return undefined;
    },
  };
}

/** What is new is written before anything is taken away, so that no endpoint is missing in between. */
async function carryOut(plan: Plan, write: Writer): Promise<void> {
  await Promise.all([
    ...plan.create.map(slice => write.create(endpointSlices, slice).catch(except(isNamespaceGoing))),
    ...plan.update.map(slice => write.update(endpointSlices, slice)),
  ]);
  const uid = (slice: EndpointSlice) => slice.metadata.uid ?? '';
  const remove = (slice: EndpointSlice) =>
    write.delete(endpointSlices, named(slice), { preconditions: { uid: uid(slice) } });
  await Promise.all(plan.delete.map(remove));
}

/** The key of the service whose slice this is, when the slice is kept here. */
function serviceOf(slice: EndpointSlice | undefined): string[] | undefined {
  const { labels, namespace } = slice?.metadata ?? {};
  const name = labels?.[serviceNameLabel];
  return name && labels[managedByLabel] === managedBy ? [`${namespace}/${name}`] : undefined;
}

/** A node that moves to another zone concerns every service; all other changes of nodes concern none. */
function keysForNode(now: Node | undefined, before: Node | undefined, read: Reader): string[] {
  const zone = (node: Node | undefined) => node?.metadata.labels?.[zoneLabel];
  return zone(now) === zone(before) ? [] : read.list(services).map(keyOf);
}
