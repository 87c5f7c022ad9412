/**
 * A Secret of type kubernetes.io/service-account-token that names a ServiceAccount gets a token of it, the cluster's CA
 * and its namespace, for what cannot ask for tokens by itself. When the account goes, so does the Secret.
 */
import type { Secret } from '../../api/types.js';
import { secrets, serviceAccounts } from '../../client/resources.js';
import type { Controller } from '../../client/runtime/controller.js';
import { nameOf, ownKey } from '../keys.js';
import { except, isConflict, isNotFound } from '../refusals.js';
import { accountOf, belongsTo, claimsFor, planFor, tokenSecretType, withToken } from './plan.js';
import type { Sign } from './sign.js';

const byAccount = 'account';

/** `ca` is PEM. */
export const serviceAccountTokens = (sign: Sign, ca: string | undefined): Controller => ({
  name: 'tokens-controller',
  sources: [
    {
      resource: secrets,
      fieldSelector: `type=${tokenSecretType}`,
      keysFor: ownKey,
      indexes: { [byAccount]: (secret: Secret) => [`${secret.metadata.namespace}/${accountOf(secret)}`] },
    },
    {
      resource: serviceAccounts,
      keysFor: (now, before, read) => {
        const { namespace = '', name = '' } = (now ?? before)?.metadata ?? {};
        return read.byIndex(secrets, byAccount, `${namespace}/${name}`).flatMap(secret => ownKey(secret, undefined));
      },
    },
  ],
  async reconcile(key, { read, write }) {
    const secret = read.get(secrets, nameOf(key));
    if (!secret) return;
    const account = { namespace: secret.metadata.namespace ?? '', name: accountOf(secret) };
    const plan = planFor(secret, read.get(serviceAccounts, account), ca);
    if (plan === 'nothing') return;
    if (plan === 'remove') {
      // The account may be as new as the secret: only the server knows for certain that there is none.
      if (belongsTo(secret, await write.getLive(serviceAccounts, account))) return { requeueAfterMs: 1000 };
      const { uid = '' } = secret.metadata;
      return write.delete(secrets, nameOf(key), { preconditions: { uid } }).catch(except(isConflict, isNotFound));
    }
    const filled = plan.token ? withToken(plan.fill, await sign(claimsFor(plan.fill))) : plan.fill;
    await write.update(secrets, filled).catch(except(isNotFound));
  },
});
