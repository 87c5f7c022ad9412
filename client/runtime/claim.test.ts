import assert from 'node:assert/strict';
import { microTimestamp } from '../../api/clock.js';
import type { Lease } from '../../api/types.js';
import { type Claim, claimOf, held, observe, released } from './claim.js';

const name = { name: 'l', namespace: 'kube-system' };
const lease = (holderIdentity: string, renewed = 0, transitions = 3): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...name, resourceVersion: '5' },
  spec: {
    holderIdentity,
    leaseDurationSeconds: 15,
    acquireTime: microTimestamp(0),
    renewTime: microTimestamp(renewed),
    leaseTransitions: transitions,
  },
});

describe('claims on a lease', () => {
  const cases: [string, Lease | undefined, number, Claim][] = [
    ['there is none', undefined, 0, 'create'],
    ['it is ours', lease('me'), 1_000_000, 'renew'],
    ['it is free', lease(''), 0, 'take'],
    ["it is another's", lease('you'), 14_999, 'wait'],
    ['its holder is silent', lease('you'), 15_000, 'take'],
  ];
  for (const [what, found, now, claim] of cases) {
    it(`${what}: ${claim}`, () => assert.equal(claimOf(found && { lease: found, at: 0 }, 'me', now), claim));
  }

  it('a sign of life is counted from when it was seen, not from what the holder says', () => {
    const first = observe(undefined, lease('you', 1), 100);
    assert.equal(observe(first, lease('you', 1), 900).at, 100);
    assert.equal(observe(first, lease('you', 2), 900).at, 900);
    assert.equal(observe(first, lease('him', 1), 900).at, 900);
  });

  it('is written as Kubernetes writes it', () => {
    assert.deepEqual(held(undefined, name, 'me', 15_000, 60_000), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: name,
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '1970-01-01T00:01:00.000000Z',
        renewTime: '1970-01-01T00:01:00.000000Z',
        leaseTransitions: 0,
      },
    });
    const taken = held(lease('you'), name, 'me', 15_000, 60_000);
    assert.equal(taken.spec?.leaseTransitions, 4);
    assert.equal(taken.spec?.acquireTime, '1970-01-01T00:01:00.000000Z');
    assert.equal(taken.metadata.resourceVersion, '5', 'so that only one of two takers wins');
    const renewed = held(lease('me'), name, 'me', 15_000, 60_000);
    assert.equal(renewed.spec?.leaseTransitions, 3);
    assert.equal(renewed.spec?.acquireTime, microTimestamp(0));
    assert.equal(released(renewed, 1).spec?.holderIdentity, '');
  });
});
