/**
 * A token that lies in a Secret is good for ever, unless somebody takes it away. Those that were made unasked and that
 * nobody has used for a year are marked: they are good for nothing from then on, and after another year they go. Whoever
 * misses one takes the mark off.
 */
import type { Secret } from '../../api/types.js';
import { configMaps, pods, secrets, serviceAccounts } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { named } from '../keys.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { dayOf, invalidSinceLabel, isTracked, planFor, tokenSecretType } from './plan.js';

/** The API server writes there since when it has noted uses. */
const tracking = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' };

/** All are looked at together. */
const key = 'tokens';
/** Uses are noted by the day. */
const everyMs = 24 * 3600 * 1000;
/** Kubernetes' --legacy-service-account-token-clean-up-period. */
export const usualPeriodMs = 365 * 24 * 3600 * 1000;

export const legacyTokenCleaner = (periodMs = usualPeriodMs): Controller => ({
  name: 'legacy-service-account-token-cleaner',
  sources: [
    { resource: secrets, fieldSelector: `type=${tokenSecretType}`, keysFor: () => [key] },
    { resource: serviceAccounts, keysFor: () => [] },
    { resource: pods, keysFor: () => [] },
  ],
  async reconcile(_, { read, write, clock }) {
    const now = clock.now();
    const tracked = await write.getLive(configMaps, tracking);
    if (!isTracked(tracked?.data?.since, now, periodMs)) return { requeueAfterMs: everyMs };
    for (const secret of read.list(secrets)) {
      const { namespace = '', annotations = {} } = secret.metadata;
      const account = read.get(serviceAccounts, {
        namespace,
        name: annotations['kubernetes.io/service-account.name'] ?? '',
      });
      const plan = planFor(secret, { account, pods: read.list(pods, namespace) }, now, periodMs);
      if (plan === 'invalidate') await write.patch(secrets, named(secret), 'merge', marked(secret, now)).catch(ignored);
      if (plan === 'delete') await write.delete(secrets, named(secret), asSeen(secret)).catch(ignored);
    }
    return { requeueAfterMs: everyMs };
  },
});

const ignored = except(isConflict, isNotFound);

/** Only the very state that was judged: somebody may just have used it. */
const asSeen = ({ metadata: { uid = '', resourceVersion = '' } }: Secret) => ({
  preconditions: { uid, ...(resourceVersion === '' ? {} : { resourceVersion }) },
});

const marked = ({ metadata: { uid = '' } }: Secret, now: number) => ({
  metadata: { uid, labels: { [invalidSinceLabel]: dayOf(now) } },
});
