/**
 * For each service with a selector there is an Endpoints object of the same name, that lists the addresses of its pods:
 * those that are ready, and apart from them those that are not, by the ports that each has. It holds a thousand at
 * most, and says so when there are more. A service without a selector keeps the Endpoints its owner wrote. When the
 * service goes, what this loop wrote for it goes too.
 */
import { endpoints, services } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { isOurs, podSource, podsFor, serviceSource } from '../backends.js';
import { nameOf, ownKey } from '../keys.js';
import { Pacing } from '../pacing.js';
import { except, isNamespaceGoing } from '../refusals.js';
import { managedBy, managedByLabel, planFor } from './plan.js';

const gapMs = 30;

export function endpointsController(): Controller {
  const pacing = new Pacing(gapMs);
  return {
    name: 'endpoint-controller',
    workers: 5,
    sources: [serviceSource, { resource: endpoints, keysFor: ownKey }, podSource],

    async reconcile(key, { read, write, clock }) {
      const existing = read.get(endpoints, nameOf(key));
      const service = read.get(services, nameOf(key));
      if (!service) {
        pacing.forget(key);
        if (existing?.metadata.labels?.[managedByLabel] !== managedBy) return undefined;
        return write.delete(endpoints, nameOf(key), { preconditions: { uid: existing.metadata.uid ?? '' } });
      }
      if (!isOurs(service)) return undefined;
      const wanted = planFor(service, podsFor(service, read), existing);
      if (!wanted) return undefined;
      const wait = pacing.waitMs(key, clock.now());
      if (wait > 0) return { requeueAfterMs: wait };
      if (existing) await write.update(endpoints, wanted);
      else await write.create(endpoints, wanted).catch(except(isNamespaceGoing));
      pacing.wrote(key, clock.now());
      return undefined;
    },
  };
}
