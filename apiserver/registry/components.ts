/**
 * ComponentStatus: is the store there, and do the controllers and the scheduler live? Those two are processes that this
 * server does not know; but each holds a Lease for as long as it works.
 */
import type { Clock } from '../../api/clock.js';
import type { AnyObject, Lease } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import type { Computed } from './call.js';

interface Health {
  healthy: boolean;
  message: string;
}

/** By the names that Kubernetes gives them; the value is the Lease. */
const leases: [component: string, lease: string][] = [
  ['controller-manager', 'kube-controller-manager'],
  ['scheduler', 'kube-scheduler'],
];

export interface ComponentSources {
  store: { revision(): Promise<number> };
  lookup: Lookup;
  clock: Clock;
}

export const componentStatuses =
  ({ store, lookup, clock }: ComponentSources): Computed =>
  async () => [
    ...leases.map(([component, name]) => {
      const lease = lookup.get({ group: 'coordination.k8s.io', resource: 'leases' }, 'kube-system', name);
      return statusOf(component, holds(lease as Lease | undefined, name, clock.now()));
    }),
    statusOf('etcd-0', await answers(store)),
  ];

export function holds(lease: Lease | undefined, name: string, now: number): Health {
  const { renewTime, leaseDurationSeconds = 0, holderIdentity } = lease?.spec ?? {};
  if (!holderIdentity || !renewTime) {
    return { healthy: false, message: `nobody holds the lease kube-system/${name}: the component does not run` };
  }
  if (Date.parse(renewTime) + leaseDurationSeconds * 1000 >= now) return { healthy: true, message: 'ok' };
  const message = `the lease kube-system/${name} was last renewed at ${renewTime}: the component stopped or hangs`;
  return { healthy: false, message };
}

async function answers(store: ComponentSources['store']): Promise<Health> {
  try {
    await store.revision();
    return { healthy: true, message: 'ok' };
  } catch (error) {
    return { healthy: false, message: `the store does not answer: ${(error as Error).message}` };
  }
}

const statusOf = (name: string, { healthy, message }: Health): AnyObject => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', status: healthy ? 'True' : 'False', message }],
});
