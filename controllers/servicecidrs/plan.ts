/** When a range of service addresses is ready, and when it may go. Pure: see controller.ts for the promise. */
import { timestamp } from '../../api/clock.js';
import { parseCidr } from '../../api/network/cidr.js';
import type { IPAddress, ServiceCIDR } from '../../api/types.js';

export const finalizer = 'networking.k8s.io/service-cidr-finalizer';

type Condition = NonNullable<NonNullable<ServiceCIDR['status']>['conditions']>[number];
export type Step =
  | { do: 'nothing' }
  | { do: 'hold'; finalizers: string[] }
  | { do: 'letGo'; finalizers: string[] }
  | { do: 'report'; condition: Condition };

const conditionOf = ({ status }: ServiceCIDR): Condition | undefined =>
  status?.conditions?.find(({ type }) => type === 'Ready');

const ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const going = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** The next thing to do for a range, given all ranges and the addresses in use. */
export function planFor(
  range: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly IPAddress[],
  now: number,
): Step {
  const finalizers = range.metadata.finalizers ?? [];
  if (!range.metadata.deletionTimestamp) {
    if (!finalizers.includes(finalizer)) return { do: 'hold', finalizers: [...finalizers, finalizer] };
    return report(range, ready, now);
  }
  if (!finalizers.includes(finalizer)) return { do: 'nothing' };
  if (needed(range, all, addresses)) return report(range, going, now);
  return { do: 'letGo', finalizers: finalizers.filter(name => name !== finalizer) };
}

function report(range: ServiceCIDR, wanted: typeof ready, now: number): Step {
  const current = conditionOf(range);
  if (current?.status === wanted.status && current.reason === wanted.reason) return { do: 'nothing' };
  // The server itself reports its own range ready, in other words.
  return { do: 'report', condition: { type: 'Ready', ...wanted, lastTransitionTime: timestamp(now) } };
}

/** Does an address stand in it, and in no other range that stays? */
function needed(range: ServiceCIDR, all: readonly ServiceCIDR[], addresses: readonly IPAddress[]): boolean {
  const rangesOf = ({ spec }: ServiceCIDR) => (spec?.cidrs ?? []).flatMap(text => parseCidr(text) ?? []);
  const staying = all.filter(
    ({ metadata }) => metadata.name !== range.metadata.name && metadata.deletionTimestamp === undefined,
  );
  const [own, others] = [rangesOf(range), staying.flatMap(rangesOf)];
  return addresses.some(({ metadata: { name = '' } }) => {
    const inside = (cidr: { contains(address: string): boolean }): boolean => cidr.contains(name);
    return own.some(inside) && !others.some(inside);
  });
}
