/** Leader election's decision: what to do about a Lease. Pure. */
import { microTimestamp } from '../../api/clock.js';
import type { Lease } from '../../api/types.js';

export interface LeaseDurations {
  /** Others take the lease once its holder was silent for so long. */
  leaseMs: number;
  /** The holder gives up when it could not renew for so long. */
  renewDeadlineMs: number;
  retryMs: number;
}

export const kubernetesDurations: LeaseDurations = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** A lease, and when this process first saw it as it is: clocks of other machines are not trusted. */
export interface Observation {
  lease: Lease;
  at: number;
}

export type Claim = 'create' | 'take' | 'renew' | 'wait';

export function claimOf(observed: Observation | undefined, identity: string, now: number): Claim {
  if (!observed) return 'create';
  const { holderIdentity, leaseDurationSeconds = 0 } = observed.lease.spec ?? {};
  if (holderIdentity === identity) return 'renew';
  if (!holderIdentity) return 'take';
  return now >= observed.at + leaseDurationSeconds * 1000 ? 'take' : 'wait';
}

/** Only a change of holder or renewTime is a sign of life. */
export function observe(before: Observation | undefined, lease: Lease, now: number): Observation {
  const same =
    before !== undefined &&
    before.lease.spec?.holderIdentity === lease.spec?.holderIdentity &&
    before.lease.spec?.renewTime === lease.spec?.renewTime;
  return { lease, at: same ? before.at : now };
}

/** The lease as its holder writes it. */
export function held(
  lease: Lease | undefined,
  name: { name: string; namespace: string },
  identity: string,
  leaseMs: number,
  now: number,
): Lease {
  const before = lease?.spec;
  const stamp = microTimestamp(now);
  const same = before?.holderIdentity === identity;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: lease?.metadata ?? { ...name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: leaseMs / 1000,
      acquireTime: same ? (before.acquireTime ?? stamp) : stamp,
      renewTime: stamp,
      leaseTransitions: lease === undefined ? 0 : (before?.leaseTransitions ?? 0) + (same ? 0 : 1),
    },
  };
}

/** The lease as its holder leaves it: free for the next one at once. */
export const released = (lease: Lease, now: number): Lease => ({
  ...lease,
  spec: {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: microTimestamp(now),
    renewTime: microTimestamp(now),
    leaseTransitions: lease.spec?.leaseTransitions ?? 0,
  },
});
