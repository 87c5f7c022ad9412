/**
 * A range of service addresses (ServiceCIDR) is ready for use once it is held against deletion, and goes only when no
 * address of a service is in it alone.
 */
import { ipAddresses, serviceCidrs } from '../../client/resources.js';
import type { Controller, Reader } from '../../client/runtime/controller.js';
import { ownKey } from '../keys.js';
import { planFor } from './plan.js';

/** Whoever waits for the others to change. */
const allGoing = (read: Reader): string[] =>
  read
    .list(serviceCidrs)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name ?? '');

export const serviceCidrController: Controller = {
  name: 'service-cidrs-controller',
  sources: [
    {
      resource: serviceCidrs,
      keysFor: (now, before, read) => [...new Set([...ownKey(now, before), ...allGoing(read)])],
    },
    { resource: ipAddresses, keysFor: (now, _before, read) => (now ? [] : allGoing(read)) },
  ],
  async reconcile(name, { read, write, clock }) {
    const range = read.get(serviceCidrs, { name });
    if (!range) return;
    const step = planFor(range, read.list(serviceCidrs), read.list(ipAddresses), clock.now());
    const { resourceVersion } = range.metadata;
    if (step.do === 'hold' || step.do === 'letGo') {
      const patch = { metadata: { finalizers: step.finalizers, resourceVersion } };
      await write.patch(serviceCidrs, { name }, 'merge', patch);
    } else if (step.do === 'report') {
      const others = (range.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
      const status = { conditions: [...others, step.condition] };
      await write.patch(
        serviceCidrs,
        { name },
        'merge',
        { metadata: { resourceVersion }, status },
        { subresource: 'status' },
      );
    }
  },
};
